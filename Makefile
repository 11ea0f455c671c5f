# Course report: `make` lists what there is. Relative paths only, so a folder name with spaces is no trouble.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
RUN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python
# The stamp carries the content of what decides the environment: neither a clock nor a git checkout can fool it.
STAMP := $(VENV)/.installed-$(shell cat requirements.lock pyproject.toml | cksum | cut -d ' ' -f 1)$(if $(NEWEST),-newest)

# The options of a report, handed on through the environment, so that quotes and spaces survive.
OPTIONS := PROFILE DATASET JOBS AUTHOR TITLE SOLUTIONS SCHEDULER ONLY
$(foreach name,$(OPTIONS),$(if $(filter-out undefined,$(origin $(name))),$(eval export REPORT_$(name) = $$(value $(name)))))

# What is misspelled would be left out in silence, and another profile run; other tools' variables may be meant, so it is a warning.
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
ODD := $(filter-out $(OPTIONS) LAB NEWEST TO PYTHON VENV OS -%,$(TYPED))
$(if $(ODD),$(warning $(sort $(ODD)): no option here, which are $(OPTIONS) LAB NEWEST TO))

NATIVE := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE

.PHONY: help report html pages student watch notebooks lab test test-packages test-all check check-notebooks bench clean .venv

help:  ## list the targets
	@echo 'make report PROFILE=quick DATASET=mnist-5k JOBS=2 AUTHOR="A, B" TITLE="..." ONLY="02-initialization" (all optional)'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

report: $(STAMP)  ## build/report.pdf: run the notebooks that changed, typeset (PROFILE: quick, standard, published)
	@$(RUN) -m report pdf

html: $(STAMP)  ## build/report.html: the same report as one web page
	@$(RUN) -m report html

pages: report html  ## build/pages: the report as a small site
	@mkdir -p build/pages
	@cp build/report.pdf build/pages
	@cp build/report.html build/pages/index.html

student: $(STAMP)  ## build/student: the notebooks and the report without solutions, to hand out
	@$(RUN) -m report student --replace

watch: $(STAMP)  ## make the report after every save, until Ctrl-C (ONLY=02-initialization; TO=html)
	@$(RUN) -m report watch $(TO)

notebooks: $(STAMP)  ## run the notebooks with their own parameters and store their outputs
	@$(NATIVE) $(RUN) -m report notebooks

# Nothing is written to the home folder, which may be read-only; what is saved has pictures in the place of widgets.
lab: export IPYTHONDIR = $(CURDIR)/build/ipython
lab: export JUPYTER_CONFIG_DIR = $(CURDIR)/build/jupyter/config
lab: export JUPYTER_DATA_DIR = $(CURDIR)/build/jupyter
lab: export JUPYTER_RUNTIME_DIR = $(CURDIR)/build/jupyter/runtime
lab: export JUPYTERLAB_SETTINGS_DIR = $(CURDIR)/build/jupyter/lab/settings
lab: export JUPYTERLAB_WORKSPACES_DIR = $(CURDIR)/build/jupyter/lab/workspaces
lab: export MPLCONFIGDIR = $(CURDIR)/build/matplotlib
lab: $(STAMP)  ## open the notebooks in JupyterLab (LAB="--no-browser --port 9000")
	@$(RUN) -m jupyter lab --ContentsManager.pre_save_hook=report.run.saving.drop_widgets $(LAB) notebooks

test: $(STAMP)  ## the tests, and every notebook compared with its stored outputs
	@$(RUN) -m pytest --nbval -n auto --dist loadfile --no-loadscope-reorder -q -m "not long"

test-packages: $(STAMP)  ## the tests of mlp_core and of the exporters, which pass on Windows, too
	@$(RUN) -m pytest -n auto -q -m "not long and not posix" mlp_core report/typst tests/test_[b-l]*.py tests/test_[n-z]*.py tests/typst \
		$(addprefix tests/,datasets estimator fast gradient_check storage tuning)

test-all: $(STAMP)  ## the same and the long ones: kills and signals at any moment, full fuzz (NEWEST=1: newest packages)
	@$(RUN) -m pytest --nbval -n auto --dist loadfile --no-loadscope-reorder -q

check: $(STAMP)  ## ruff, and mypy as each system sees the code: what one of them has not must stand behind a condition
	@$(RUN) -m ruff check .
	@for system in linux darwin win32; do $(RUN) -m mypy --platform $$system --cache-dir .mypy_cache/$$system || exit 1; done

check-notebooks: $(STAMP)  ## whether notebooks are stored with all outputs, as one whole run left them
	@$(RUN) -m pytest -q tests/notebooks/test_notebooks.py

bench: $(STAMP)  ## speed of the training step beside its peers: build/benchmarks.json
	@$(NATIVE) $(RUN) -m benchmarks

clean:  ## remove everything made, but not the environment in .venv
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv: $(STAMP)

$(STAMP):
	@bash .ci/environment $@
