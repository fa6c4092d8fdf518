# Makefile -- builds Ouro, runs its main job, tests it
#
# `make` needs nothing but a Debian with make: what is missing is installed first (INSTALL=no lists
# it instead). `make help` names the targets. Variables that may follow a target:
#
#   CC=clang        the compiler; gcc unless only clang is there
#   OPT=-O0         the optimisation level; results do not depend on it
#   SANITIZE=yes    with the address and undefined-behaviour sanitizers
#   WERROR=yes      warnings are errors (as in .ci/run; a new compiler must not stop a user)
#   PYTHONS="p ..." interpreters to embed besides Debian's 3.11; else those of a version manager
#   BUILD=dir       where everything built goes; a directory per compiler saves rebuilding
#   PREFIX=dir      where `make install` puts things, /usr/local; below DESTDIR= if that is given
#   V=1             shows the commands

BUILD := build
OPT := -O2
PREFIX := /usr/local
WORKLOAD := warsaw-2006
POLICIES := cpython-2.4 none warsaw cpython-3.11 cpython-3.13 freeze arena oracle

OUT := results/out/$(WORKLOAD)
ifeq ($(origin CC),default)
CC := $(if $(shell command -v gcc),gcc,$(if $(shell command -v clang),clang,gcc))
endif

# -Wconversion warns where the upper half of 64 bits is lost, or a sign; gcc has more to say of it.
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion \
            -Wstrict-overflow=2 -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough \
            -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wredundant-decls \
            $(if $(findstring gcc,$(CC)),-Warith-conversion -Wshift-overflow=2 \
            -Wformat-signedness -Wduplicated-cond -Wlogical-op)

# Contracted floating point would let figures differ between compilers.
FLAGS := -std=c11 -D_GNU_SOURCE $(OPT) -g -ffp-contract=off \
         $(WARNINGS) $(if $(WERROR),-Werror) \
         -Isim -Ipolicies \
         $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all) \
         $(CFLAGS)
# Plug-ins call these, and nothing else, in the program.
EXPORTS := -Wl,--dynamic-list=sim/cli/policy.symbols
LIBS := -linih -lxxhash -lzstd -lsqlite3 -lm -ldl -pthread $(LDLIBS)
# Asked for when used: set-up may have to install pkg-config first.
CHECK_FLAGS = $(shell pkg-config --cflags check)
CHECK_LIBS = $(shell pkg-config --libs check)

# Everything in sim/ and policies/ but main() is in one library, which the tests link as well.
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(1)))
CLI_OBJECTS := $(call objects,sim/cli/*.c)
LIB_OBJECTS := $(call objects,sim/*.c policies/*.c) $(filter-out %/main.o,$(CLI_OBJECTS))
# Every file of tests/ goes into one program, but for those that are a program of their own.
TEST_OBJECTS := $(filter-out %/pcg_ours.o %/coverage_exit.o $(BUILD)/obj/tests/starve_% \
                             $(BUILD)/obj/tests/fuzz_%,$(call objects,tests/*.c))
# Random programs on every heap.
PROGRAM_OBJECTS := $(call objects,tests/fuzz_*.c) \
                   $(addprefix $(BUILD)/obj/tests/,engines.o lockstep.o naive_heap.o naive_reach.o \
                     naive_roots.o naive_rules.o)
# Tables that are used again by the next program instead of mapped anew: tests/fuzz_pool.c.
POOLED := reserve_new reserve_free mapping_take mapping_give
FUZZ_OBJECTS := $(call objects,tests/fuzz/*.c)
FUZZ_SECONDS := 300
STARVE_OBJECTS := $(call objects,tests/starve_*.c)

# Every processor works unless -j says otherwise; a make inside a make shares the outer one's.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY: $(FUZZ_OBJECTS)
.PHONY: all check check-cluster coverage fuzz gate bench bench-sweeps golden-instructions sweep
.PHONY: install uninstall examples report format clean help setup interpreters FORCE
Q := $(if $(V),,@)
export BUILD CC CXX SANITIZE POLICY_HEADERS

all: $(BUILD)/ouro  ## set-up, build and the main job: every policy on one workload (the default)
	$(BUILD)/ouro compare workloads/$(WORKLOAD).ini $(POLICIES:%=--policy %) --out $(OUT)
	$(BUILD)/ouro report $(OUT)
	@echo "The comparison is drawn in $(OUT)/index.html; the figures are in $(OUT)/summary.tsv."

TEST_PROGRAMS := $(addprefix $(BUILD)/,ouro tests fuzz starve pcg_ours pcg_reference)
check: $(TEST_PROGRAMS) examples interpreters  ## all tests
	@MAKE='$(MAKE)' tests/run

coverage: setup  ## what the tests execute, into build/coverage/index.html
	@MAKE='$(MAKE)' tests/coverage
fuzz: setup  ## hostile input for every reader, FUZZ_SECONDS=300 each
	@MAKE='$(MAKE)' FUZZ_SECONDS=$(FUZZ_SECONDS) tests/parsers
gate: $(BUILD)/ouro  ## is any policy worse than in results/baseline.tsv?
	$(BUILD)/ouro gate
bench: $(BUILD)/ouro interpreters  ## how fast, against the real CPython, into results/bench.*
	$(BUILD)/ouro bench --out results/bench.tsv --figure results/bench.svg
bench-sweeps: $(BUILD)/ouro  ## what sweeps promise: four figures and their bars
	@tests/bench_sweeps
golden-instructions: $(BUILD)/ouro  ## counts anew what tests/instructions compares with
	@tests/instructions --write
check-cluster: $(BUILD)/ouro  ## a sweep killed, in shards, under GNU parallel and under Slurm
	@tests/cluster

sweep: $(BUILD)/ouro  ## runs workloads/*.sweep.ini into results/out/; again: what is missing
	$(foreach file,$(wildcard workloads/*.sweep.ini),$(call run_sweep,$(file:workloads/%.ini=%)))

# One after the other: each takes all processors.
define run_sweep
	$(BUILD)/ouro sweep $(1) --out results/out/$(1)
	$(BUILD)/ouro results results/out/$(1) --sqlite results/out/$(1)/results.sqlite

endef

report: $(BUILD)/ouro  ## draws every directory of results in results/out/
	$(foreach dir,$(wildcard results/out/*),$(call run_report,$(dir)))

define run_report
	$(BUILD)/ouro report $(1)

endef

# Which ones there are is asked once; a make of its own, because their rules depend on the answer.
interpreters: $(BUILD)/pythons.mk $(BUILD)/libouro.a  ## build/ouro-cpython-X.Y for each found
	$(Q)$(MAKE) -s --no-print-directory PYTHON_RULES=yes setup \
	    $$(sed -n 's/^PYTHON_VERSIONS := *//p' $< | xargs -rn1 printf '$(BUILD)/ouro-cpython-%s ') \
	    $$(grep -q '^PYTHON_VERSIONS .*\<3\.11\>' $< && echo $(BUILD)/ouro-record-3.11)

$(BUILD)/pythons: FORCE
	$(call remember,$(PYTHONS))
$(BUILD)/pythons.mk: sim/cpython/find $(BUILD)/pythons | setup
	@mkdir -p $(@D); sim/cpython/find $(PYTHONS) > $@

ifdef PYTHON_RULES
include $(BUILD)/pythons.mk
$(BUILD)/ouro-cpython-%: $(wildcard sim/cpython/*.[ch] sim/cpython/*.def) $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) -I$(BUILD) $(PYTHON_$*_FLAGS) $(filter %.c,$^) $(BUILD)/libouro.a $(LIBS) \
	    $(EXPORTS) $(PYTHON_$*_LIBS) -o $@
$(BUILD)/ouro-record-3.11: $(wildcard sim/record/*.[ch]) $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) -I$(BUILD) $(PYTHON_3.11_FLAGS) $(filter %.c,$^) $(BUILD)/libouro.a $(LIBS) \
	    $(PYTHON_3.11_LIBS) -o $@
endif

install: $(BUILD)/ouro $(BUILD)/ouro.1  ## into PREFIX; interpreters that were built as well
	@sim/cli/installer install
uninstall:  ## out of PREFIX again
	@sim/cli/installer uninstall
export DESTDIR PREFIX

$(BUILD)/ouro.1: sim/cli/manual $(BUILD)/ouro
	$(Q)sim/cli/manual $(BUILD)/ouro > $@

# What plug-ins include, as it is installed; and those that are examples.
POLICY_HEADERS := base generations heap_view param plan policy
examples: $(patsubst policies/%.c,$(BUILD)/%.so,$(wildcard policies/examples/*.c))  ## plug-ins
$(BUILD)/include/ouro: $(POLICY_HEADERS:%=sim/%.h)
	@rm -rf $@ && mkdir -p $@ && cp $^ $@
$(BUILD)/examples/%.so: policies/examples/%.c $(BUILD)/include/ouro
	@mkdir -p $(@D); echo "  CC  $@"
	$(Q)$(CC) -std=c11 -O2 -g $(WARNINGS) $(if $(WERROR),-Werror) -shared -fPIC \
	    -I$(BUILD)/include $< -o $@

format:  ## settles the layout of all C and C++ files
	clang-format -i $(wildcard tests/*.cc \
	    $(addsuffix *.[ch],sim/ sim/cli/ sim/cpython/ sim/record/ policies/ \
	    policies/examples/ tests/ tests/fuzz/))

clean:  ## removes what was built; results stay
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /    make \1\t/p' Makefile | expand -t 30
	@sed -n '/^#   [A-Z]*=/s/^#//p' Makefile

# One script knows the Debian packages; what only the tests need is asked for only by tests.
setup:
	@.ci/setup run $(if $(filter check-cluster,$(MAKECMDGOALS)),cluster) \
	    $(if $(filter fuzz,$(MAKECMDGOALS)),fuzz) \
	    $(if $(filter coverage,$(MAKECMDGOALS)),coverage check) \
	    $(if $(filter check bench interpreters %/tests %/pcg_reference,$(MAKECMDGOALS)),check)

# Writes its text to the target only if that changes it: only then are its dependents rebuilt.
remember = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@

$(BUILD)/flags: FORCE
	$(call remember,$(CC) $(FLAGS))
$(BUILD)/members: FORCE
	$(call remember,$(LIB_OBJECTS))
$(BUILD)/commit.h: FORCE
	$(call remember,#define OURO_COMMIT "$(or $(shell git describe --always --dirty 2>&-),unknown)")

$(BUILD)/ouro: $(BUILD)/obj/sim/cli/main.o $(BUILD)/libouro.a sim/cli/policy.symbols
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) $(filter-out %.symbols,$^) $(EXPORTS) $(LIBS) -o $@

$(BUILD)/tests: $(TEST_OBJECTS) $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) $^ $(LIBS) $(CHECK_LIBS) -o $@

$(BUILD)/fuzz: $(PROGRAM_OBJECTS) $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) $^ $(LIBS) $(POOLED:%=-Wl,--wrap=%) -o $@

# In a build of its own, which notes what is covered: tests/parsers makes it.
$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/obj/tests/fuzz/fuzz.o $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@

# The product with faults: its main() has another name, and calls go through tests/starve_*.c.
$(BUILD)/starve: $(STARVE_OBJECTS) $(BUILD)/obj/starved_main.o $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) $^ $(LIBS) -Wl,--wrap=fork -Wl,--wrap=pthread_create -o $@
$(BUILD)/obj/starved_main.o: sim/cli/main.c $(BUILD)/flags $(BUILD)/commit.h
	$(Q)$(CC) $(FLAGS) -I$(BUILD) -Isim/cli -Dmain=ouro_main -Wno-missing-prototypes \
	    -MMD -MP -c $< -o $@

$(BUILD)/pcg_ours: $(BUILD)/obj/tests/pcg_ours.o $(BUILD)/libouro.a
	@echo "  LD  $@"
	$(Q)$(CC) $(FLAGS) $^ -o $@

$(BUILD)/pcg_reference: tests/pcg_reference.cc tests/pcg_cases.def | setup
	@mkdir -p $(@D); echo "  CXX $@"
	$(Q)$(CXX) -std=c++11 -O2 $< -o $@

# Appended, not replaced: sim/run.o and sim/cli/run.o are both to be found in it.
$(BUILD)/libouro.a: $(LIB_OBJECTS) $(BUILD)/members
	@rm -f $@; echo "  AR  $@"
	$(Q)ar qcs $@ $(LIB_OBJECTS)

$(CLI_OBJECTS): EXTRA = -I$(BUILD)
$(CLI_OBJECTS): | $(BUILD)/commit.h
$(TEST_OBJECTS): EXTRA = $(CHECK_FLAGS)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | setup
	@mkdir -p $(@D); echo "  CC  $<"
	$(Q)$(CC) $(FLAGS) $(EXTRA) -MMD -MP -c $< -o $@

-include $(patsubst %.o,%.d,$(LIB_OBJECTS) $(CLI_OBJECTS) $(TEST_OBJECTS) $(FUZZ_OBJECTS)) \
         $(STARVE_OBJECTS:.o=.d) $(BUILD)/obj/starved_main.d $(BUILD)/obj/tests/pcg_ours.d
