# `make demo` and `make test` set up everything that they need.
PYTHON ?= python3
EXTRAS ?= test
MUTANTS ?=
FILES ?= 20000
ONLY ?=
VENV := .venv
BIN := $(VENV)/bin
STUBS := .build/stubs
PICO_STUBS := .build/stubs_pico
# viper, thumb and microbit are left out: the stubs do not know the emitters' names.
DEVICE = $(filter-out __init__,$(basename $(notdir $(wildcard firmware/*.py firmware/plain/*.py firmware/runtime/*.py firmware/stream/*.py firmware/sound/*.py))))
# Sketches for a Pico, against its stubs.
SKETCHES = sound_i2s sound_pdm pdm mpu6050 lis3dh

.PHONY: demo test quick fuzz test-slow lint format types hooks setup bench bench-accuracy bench-choice bench-training mutants cortex-m0 arm64 clean

demo: $(VENV)/.runtime
	$(BIN)/thumbnet demo digits

# A file stays in one process, so that what its tests share is made once. One thread in each:
# more threads inside NumPy would only get into each other's way.
test quick: export OPENBLAS_NUM_THREADS = 1

test: setup lint
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

# Whole paths, end_to_end, are left to `make test`.
quick: setup
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow and not emulated" --ignore tests/end_to_end

# What trains on all of MNIST or takes long, and every test of hypothesis with all of its examples.
test-slow: setup
	$(BIN)/pytest -n 2 -m "slow or hypothesis" --hypothesis-profile thorough --durations 10

setup: $(VENV)/.$(EXTRAS) $(STUBS)/.done

lint: setup types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# mypy needs the folders under their import names.
types: setup
	mkdir -p .build/types/thumbnet
	for part in trainer export importers tools; do ln -sfn ../../../$$part .build/types/thumbnet/$$part; done
	MYPYPATH=.build/types $(BIN)/mypy -p thumbnet.trainer -p thumbnet.export \
		-p thumbnet.importers -p thumbnet.tools
	$(BIN)/mypy --config-file firmware/mypy.ini $(DEVICE:%=-m %)
	$(BIN)/mypy --config-file firmware/mypy_pico.ini $(SKETCHES:%=-m %)
	$(BIN)/mypy --config-file tests/mypy.ini tests

# ruff and mypy before each commit; see .pre-commit-config.yaml.
hooks: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[hooks]'
	$(BIN)/pre-commit install

# The table of figures: networks and kernels on the Unix port and on an emulated micro:bit.
bench: setup
	$(BIN)/python -m thumbnet.tools.benchmark

bench-accuracy: setup
	$(BIN)/python -m thumbnet.tools.benchmark.accuracy

bench-choice: setup
	$(BIN)/python -m thumbnet.tools.benchmark.choice

bench-training: setup
	$(BIN)/python -m thumbnet.trainer.benchmark

# Hostile and broken files for every reader and every verb; fails if one does harm. See tests/fuzz/.
# `make fuzz ONLY=tflite` tries the sources whose names begin so.
fuzz: export OPENBLAS_NUM_THREADS = 1
fuzz: setup
	$(BIN)/python tests/fuzz/campaign.py --files $(FILES) $(if $(ONLY),--only $(ONLY))

# MicroPython for an emulated Cortex-M0 with the heap of a Pico, which some tests run whole modules on.
# It needs Debian or Ubuntu, with gcc-arm-none-eabi.
cortex-m0: .build/cortex_m0/firmware.elf

.build/cortex_m0/firmware.elf: tests/support/cortex_m0_firmware.sh
	bash tests/support/cortex_m0_firmware.sh $@

# Debian's MicroPython for a 64-bit Arm, in QEMU: what a Raspberry Pi has. It needs Debian or Ubuntu.
arm64: .build/arm64/micropython

.build/arm64/micropython: tests/support/arm64_micropython.sh
	bash tests/support/arm64_micropython.sh $@

# Which changes of the code no test notices: hours for all, `make mutants MUTANTS=FILE`
# for one file.
mutants: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	$(BIN)/python tests/mutants.py $(MUTANTS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "thumbnet needs Python 3.10 or later: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "$(PYTHON) has no venv: on Debian, apt install python3-venv"; exit 1; }

$(VENV)/.runtime: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.$(EXTRAS): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $@ $(VENV)/.runtime

# Installed outside the environment, because the stubs would shadow CPython's own modules.
$(STUBS)/.done: pyproject.toml | $(VENV)/.$(EXTRAS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(STUBS) \
		'micropython-unix-stubs==1.29.0.post1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(PICO_STUBS) \
		'micropython-rp2-rpi_pico-stubs==1.29.0.post1'
	@touch $@

clean:
	rm -rf $(VENV) .build build *.egg-info
