# make demo   sets everything up, trains for some minutes, measures and reads
# make test   sets everything up, runs all checks
# make bench  measures, with the demo's model, the speed and error rates by length; overwrites docs/lengths.png
# make paper  sets everything up, trains the paper's models, writes its table and graph with our
#             figures; make paper RELATIVES=1 adds the models it only names, one seed each (40 minutes more)
# All need Python 3.11 or newer (on Debian and Ubuntu also the package python3-venv), and the internet for packages the first time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODEL := runs/demo/model.onnx

.PHONY: demo test setup bench paper clean

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("hwr needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	@touch $@

demo: $(MODEL)
	$(BIN)/hwr eval --model $(MODEL) --data 'synth:plain?split=test' --json runs/demo/plain.json
	$(BIN)/hwr eval --model $(MODEL) --data 'synth:touching?split=test' --json runs/demo/touching.json --report runs/demo/report
	$(BIN)/python tools/sheet.py --model $(MODEL) --out runs/demo/lines.png
	$(BIN)/hwr read --model $(MODEL) --format tsv data/samples
	@echo
	@echo 'Look at runs/demo/lines.png (what was read), runs/demo/curve.png (the training) and'
	@echo 'runs/demo/report/index.html (the worst lines). Read your own:  $(BIN)/hwr read --model $(MODEL) PICTURE...'

# An interrupted training goes on where it stopped; a finished one is not done again.
$(MODEL): | $(VENV)/ready
	$(BIN)/hwr train --config configs/ctc.yaml --out runs/demo $(if $(wildcard runs/demo/last.ckpt),--resume runs/demo/last.ckpt)

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist loadfile

# Speed, and error rates by length (docs/strings.md).
bench: $(MODEL)
	$(BIN)/python tools/throughput.py
	$(BIN)/python tools/lengths.py --model $(MODEL) --out docs

# Finished trainings are kept in runs/paper and not done again.
paper: setup
	$(BIN)/python tools/paper.py $(if $(RELATIVES),--relatives $(RELATIVES))

# Trained models, in runs, stay.
clean:
	rm -rf $(VENV) reports .mypy_cache .pytest_cache .ruff_cache
