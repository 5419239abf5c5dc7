# Two commands on a fresh machine: `make demo` and `make test`. Both create .venv when it is not there yet.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEMO := demo
SITE := build/site
# Isolation needs Linux. The demo's notebooks are our own, so elsewhere they run in plain kernels.
ISOLATION := $(if $(filter Linux,$(shell uname -s)),,--isolation none)
# Kernels listen on this machine's own ports: let them encrypt what they say, and not warn that they do not.
LAB := --KernelManager.transport_encryption=auto
# Jupyter refuses to run as root unless it is told to; in a container root is the only user there is.
LAB += $(if $(filter 0,$(shell id -u)),--allow-root)
# One thread per process: results repeat, and processes side by side do not fight for cores.
export OMP_NUM_THREADS = 1

# The longest lessons are the last: begun first, they leave no core waiting for another at the end.
LONGEST_FIRST = $(shell ls -dr solutions/*)

.PHONY: help demo formgrader test lab site clean
help:
	@echo "make demo   set up, grade a small class of notebooks and print the scores"
	@echo "make test   set up and pass every test"
	@echo "make formgrader  open the demo's class in nbgrader's formgrader, to grade its written answers"
	@echo "make lab    set up and open JupyterLab on the student notebooks"
	@echo "make site   set up and build the course's website in $(SITE)"
	@echo "make clean  remove what these made (not .venv)"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than Python 3.11."; echo "Name a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) (once, a few minutes) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e '.[test,site]'
	@touch $(READY)

demo: $(READY)
	$(BIN)/python tests/submissions/build.py $(DEMO)/submitted lesson3_rnn_cell
	$(BIN)/grader grade $(DEMO)/submitted --to $(DEMO) $(ISOLATION)
	$(BIN)/grader feedback --to $(DEMO)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/grader build --check
	$(BIN)/grader audit
	$(BIN)/python -m pytest tests -n auto --dist loadfile --no-loadscope-reorder --durations 20
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg -p no:cacheprovider $(LONGEST_FIRST)

lab: $(READY)
	$(BIN)/jupyter lab --notebook-dir notebooks $(LAB)

# Formgrader looks for a course in one folder: its configuration, its lessons, the records. The demo's folder becomes one.
formgrader: $(READY)
	@test -e $(DEMO)/gradebook.db || $(MAKE) demo
	cp nbgrader_config.py $(DEMO)/
	ln -sfn $(CURDIR)/solutions $(DEMO)/solutions
	@echo "If no browser opens, take an address below without '?formgrader=true'; then menu Nbgrader, Formgrader."
	cd $(DEMO) && $(CURDIR)/$(BIN)/jupyter lab --LabApp.default_url=/lab?formgrader=true $(LAB)

site: $(READY)
	rm -rf $(SITE)
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet --builder html docs $(SITE)
	$(BIN)/python docs/links.py $(SITE)
	@echo "Open $(SITE)/index.html"

clean:
	rm -rf $(DEMO) $(SITE)
