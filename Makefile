# Everything a newcomer or CI needs. Each target sets up the virtual environment it wants, once.
# Works with Debian's python3, pip and make alone: python3-venv is not needed.

PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/python

.PHONY: demo live studio test lint types floors unit bench dist clean

demo: $(VENV)/ready
	$(RUN) -m realtime demo --out out

live: $(VENV)/ready
	$(RUN) -m realtime live

studio: $(VENV)/studio-ready
	$(RUN) -m realtime studio

bench: $(VENV)/ready
	$(RUN) -m realtime bench --out out/bench.json

test: lint types floors unit

lint: $(VENV)/dev-ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(VENV)/dev-ready
	$(RUN) -m mypy

floors: $(VENV)/dev-ready
	PYTHONPATH=. $(VENV)/bin/lint-imports

unit: $(VENV)/dev-ready
	$(RUN) -m pytest -n logical --maxprocesses 4 --dist loadfile

# A wheel, tried in an environment that has nothing but it and its dependencies.
dist: $(VENV)/dev-ready
	rm -rf dist
	$(RUN) -m build --wheel --no-isolation --outdir dist
	WHEEL=$$(ls dist/*.whl) $(RUN) -m pytest tests/test_wheel.py

$(VENV)/bin/python:
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(VENV)/bin/python install --quiet --upgrade pip

$(VENV)/ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet -c constraints.txt -e .
	@$(RUN) -c "import cv2" 2>/dev/null || $(MAKE) --no-print-directory headless
	touch $@

# OpenCV with windows needs the system's libGL. Without it everything but the window still works.
.PHONY: headless
headless:
	@echo "no libGL here: installing OpenCV without windows (for windows: apt install libgl1 libglib2.0-0, make clean)"
	$(RUN) -m pip uninstall --quiet --yes opencv-python
	$(RUN) -m pip install --quiet -c constraints.txt opencv-python-headless

$(VENV)/dev-ready: $(VENV)/ready
	$(RUN) -m pip install --quiet -c constraints.txt --group dev
	touch $@

$(VENV)/studio-ready: $(VENV)/ready
	$(RUN) -m pip install --quiet -c constraints.txt -e '.[studio]'
	touch $@

clean:
	rm -rf $(VENV) out build dist
