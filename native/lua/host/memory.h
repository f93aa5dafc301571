/* Memory: one allocator for all states of the lane, and an account for each. */
#ifndef memory_h
#define memory_h

#include <stddef.h>

/* What a state uses and may use, in bytes. An allocation beyond the limit fails in that state alone. */
typedef struct Account {
  size_t used;
  size_t limit;
} Account;

/* The lua_Alloc of every state; 'account' is its Account. */
void *memory_alloc (void *account, void *block, size_t oldsize, size_t newsize);

/* Memory of the host itself, on no account. The caller knows the size of what it frees. */
void *memory_take (size_t size);
void memory_give (void *block, size_t size);

/* Memory of the host on an account: what a program makes the host keep has the program's bounds. NULL: beyond them. */
void *memory_takefor (Account *account, size_t size);
void memory_givefor (Account *account, void *block, size_t size);

/* What is in use or was ever used for small blocks, in bytes. */
size_t memory_reserved (void);

#endif
