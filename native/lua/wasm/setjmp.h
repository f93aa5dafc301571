/* setjmp of the compiler's own making, see sjlj.c: wasi-libc has none. */
#ifndef wasm_setjmp_h
#define wasm_setjmp_h
typedef unsigned long jmp_buf[8];
int setjmp (jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp (jmp_buf, int);
#endif
