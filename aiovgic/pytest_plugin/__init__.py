"""pytest: async functions that are explored, and scenario files that collect themselves.

::

    @explored(machine={"vcpus": 2, "its": [{"device": 2}], "lpis": [...]}, budget=2_000)
    async def test_an_lpi_is_taken_once(m: aiovgic.Machine) -> None:
        async with m.tasks() as together:
            together.start(m.vcpu[0].run, guest)
            together.start(m.kvm.msi, 2, 1)
        assert m.delivered(8192) == 1

``pytest scenarios/`` explores every scenario file there. ``pytest --help`` has the options, docs/pytest.md the rest.
"""

from aiovgic.pytest_plugin.explored import explored as explored
from aiovgic.pytest_plugin.files import pytest_collect_file as pytest_collect_file
from aiovgic.pytest_plugin.items import pytest_pyfunc_call as pytest_pyfunc_call
from aiovgic.pytest_plugin.items import pytest_runtest_setup as pytest_runtest_setup
from aiovgic.pytest_plugin.options import pytest_addoption as pytest_addoption
from aiovgic.pytest_plugin.options import pytest_configure as pytest_configure
from aiovgic.pytest_plugin.reports import pytest_runtest_makereport as pytest_runtest_makereport
