/*
** What LLVM's setjmp and longjmp for WebAssembly call (-wasm-enable-sjlj):
** a longjmp throws, the function of the setjmp catches and asks whether the
** jump is meant for it.
*/
#include <stdint.h>

struct jump {
  void *invocation;  /* of the function that called setjmp */
  uint32_t label;
  struct { void *env; int value; } thrown;
};

void __wasm_setjmp (void *env, uint32_t label, void *invocation) {
  struct jump *j = env;
  j->invocation = invocation;
  j->label = label;
}

uint32_t __wasm_setjmp_test (void *env, void *invocation) {
  struct jump *j = env;
  return j->invocation == invocation ? j->label : 0;
}

void __wasm_longjmp (void *env, int value) {
  struct jump *j = env;
  j->thrown.env = env;
  j->thrown.value = value == 0 ? 1 : value;
  __builtin_wasm_throw(1, &j->thrown);
}
