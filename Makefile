# Everything is done by `make run` and `make test`; `make` alone lists the rest.
# Needs Python 3.11 or later with its venv module. No target deletes anything below var/ but the
# demo's own database.

PYTHON ?= python3
PY := .venv/bin/python
CHROMIUM ?= /usr/bin/chromium
JAVA ?= java
TEST_DATABASE_URL ?= postgresql://postgres@127.0.0.1:5432/postgres
TEST_CACHE_URL ?= redis://127.0.0.1:6379/9
PYTEST := $(PY) -m pytest
# A file's tests stay together: those of serving share one running site.
SIDE_BY_SIDE := -n auto --dist loadfile --no-loadscope-reorder
QUICK := tests --ignore=tests/browser --ignore=tests/html --ignore=tests/faults

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test test-all check fmt css fonts pictures lock bench bench-intake bench-queue lighthouse faults setup setup-dev clean css-check

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: setup ## the site on http://127.0.0.1:8000 (PORT=… and HOST=… change it)
	@exec $(PY) manage.py serve

# A database of its own whatever the environment says: `demo` makes it anew each time.
demo: export DATABASE_URL := sqlite:///$(CURDIR)/var/demo/site.sqlite3
demo: export DEMO := 1
demo: setup ## the same with made-up inquiries and an account for each role
	@exec $(PY) manage.py demo

test: setup-dev ## the tests that need only Python
	@$(PYTEST) $(SIDE_BY_SIDE) $(QUICK)

test-all: setup-dev ## browsers, HTML, PostgreSQL + Redis, and faults (after `make test`)
	@$(PY) -m tests.needs lynx=lynx chromium="$(CHROMIUM)" java="$(JAVA)" npm=npm database="$(TEST_DATABASE_URL)" cache="$(TEST_CACHE_URL)"
	@$(MAKE) --no-print-directory node_modules
	@JAVA="$(JAVA)" $(PYTEST) tests/html
	@CHROMIUM="$(CHROMIUM)" $(PYTEST) $(SIDE_BY_SIDE) tests/browser
	@DATABASE_URL="$(TEST_DATABASE_URL)" CACHE_URL="$(TEST_CACHE_URL)" $(PYTEST) $(SIDE_BY_SIDE) $(QUICK)
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PYTEST) tests/faults

faults: setup-dev ## the fault tests at full size
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" FAULT_ROUNDS=200 FAULT_POSTS=100000 \
		$(PYTEST) --capture=no tests/faults

bench: setup-dev ## measurements, with this machine's name on them
	@$(PY) -m bench.pages
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m bench.intake $(N)

bench-intake: setup-dev ## inquiries a second only (N=1000000 are stored for the second half)
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m bench.intake $(N)

bench-queue: setup-dev ## the queue's pages with 10,000 and N=1000000 inquiries, beside a stock admin
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m bench.queue $(N)

lighthouse: setup-dev node_modules ## Lighthouse over every page, into docs/performance.md
	@CHROME_PATH="$(CHROMIUM)" $(PY) -m bench.lighthouse

TEMPLATES = $$(find templates -name '*.html')

check: setup-dev ## lint, types, templates, migrations, deployment, locks
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --quiet --check .
	@.venv/bin/djade --check --target-version 5.2 $(TEMPLATES)
	@$(PY) -m djlint --quiet --lint templates
	@$(PY) -m mypy --no-error-summary
	@$(PY) manage.py makemigrations --check --dry-run
	@SITE_URL=https://example.org $(PY) manage.py check --deploy --fail-level WARNING
	@$(PY) -m tests.locks
	@if [ -f package.json ] && command -v npm >/dev/null; then $(MAKE) --no-print-directory css-check && $(PY) -m tests.fonts; fi
	@echo "check: all clean"

fmt: setup-dev ## mend what can be mended
	@$(PY) -m ruff check --quiet --fix .
	@$(PY) -m ruff format --quiet .
	@.venv/bin/djade --target-version 5.2 $(TEMPLATES)

css: node_modules ## rebuild the committed stylesheets (needs Node)
	@npm run --silent css

fonts: setup-dev node_modules ## cut the heading font to what the site uses
	@$(PY) -m tests.fonts --write

pictures: setup-dev ## draw the icons and the link preview again (needs Chromium)
	@CHROMIUM="$(CHROMIUM)" $(PY) -m tests.pictures

# The committed stylesheets are what their sources compile to, byte for byte; this changes nothing.
css-check: node_modules
	@kept=$$(mktemp -d) && cp -p static/css/*.css $$kept && npm run --silent css; built=$$?; \
	stale=$$(for file in $$kept/*.css; do cmp -s $$file static/css/$${file##*/} || echo $${file##*/}; done); \
	cp -p $$kept/*.css static/css && rm -r $$kept; \
	[ $$built = 0 ] && [ -z "$$stale" ] || { echo "css-check: stale, run make css:" $$stale >&2; exit 1; }

node_modules: package-lock.json
	@npm ci --silent --no-audit --no-fund
	@touch node_modules

lock: setup-dev ## compile both locks again from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(PY) -m tests.locks --write $(if $(UPGRADE),--upgrade)

setup:
	@$(setup) requirements.txt

setup-dev:
	@$(setup) requirements-dev.txt

clean: ## delete caches and .venv; var/ (data and keys) stays
	@rm -rf .venv node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# First whether Python is new enough to read the set-up program; that program says the rest.
define setup
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo 'amity: Python 3.11 or later is needed, and "$(PYTHON)" is not that; name one with PYTHON=…' >&2; exit 1; }; \
$(PYTHON) -m amity_site.bootstrap
endef
