FROM python:3.12-slim AS build
COPY . /src
RUN pip install --no-cache-dir --prefix=/install /src

FROM python:3.12-slim
COPY --from=build /install /usr/local
RUN useradd --create-home aiovgic
USER aiovgic
WORKDIR /home/aiovgic
# The demo ends with exit code 1, for it finds something; a container that shows it ends well.
CMD ["sh", "-c", "aiovgic explore addr-vs-init --revision its-v7 || test $? -eq 1"]
