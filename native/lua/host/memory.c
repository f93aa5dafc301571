#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "lane.h"

/*
** Blocks up to LARGEST come from free lists, one for each multiple of GRAIN,
** and have no header: whoever frees a block knows its size. A lane makes and
** ends millions of small states, so nearly every block is used again at once.
*/
#define GRAIN  16
#define CLASSES  64
#define LARGEST  (GRAIN * CLASSES)

/* What is taken from the module at once: an eighth of what it has, since to grow takes as long however little it is. */
#define LEASTCHUNK  ((size_t)1 << 18)
#define LARGESTCHUNK  ((size_t)1 << 24)

/* bytes of a large block whose copying takes about as long as a step */
#define BYTESPERSTEP  16

/* What programs may use together. The rest of the module's 4 GiB is for what the host cannot do without. */
#define MOST  ((size_t)3 << 30)

#define classof(size)  (((size) + GRAIN - 1) / GRAIN)

typedef struct FreeBlock { struct FreeBlock *next; } FreeBlock;

static FreeBlock *freeblocks[CLASSES + 1];
static char *chunk, *chunkend;
static size_t reserved;

static size_t chunksize (void) {
  size_t eighth = reserved / 8;
  if (eighth < LEASTCHUNK) return LEASTCHUNK;
  return eighth < LARGESTCHUNK ? eighth : LARGESTCHUNK;
}

static void *takefresh (size_t size) {
  void *block;
  if ((size_t)(chunkend - chunk) < size) {
    size_t more = chunksize();
    char *fresh = malloc(more);
    if (fresh == NULL && more > LEASTCHUNK) fresh = malloc(more = LEASTCHUNK);
    if (fresh == NULL) return NULL;
    reserved += more;
    while ((size_t)(chunkend - chunk) >= GRAIN) {  /* the rest is not lost */
      size_t rest = (size_t)(chunkend - chunk) / GRAIN * GRAIN;
      if (rest > LARGEST) rest = LARGEST;
      memory_give(chunk, rest);
      chunk += rest;
    }
    chunk = fresh;
    chunkend = fresh + more;
  }
  block = chunk;
  chunk += size;
  return block;
}

static void *takelarge (size_t size) {
  void *block = malloc(size);
  luaN_charge(size / BYTESPERSTEP);
  if (block != NULL) reserved += size;
  return block;
}

void *memory_take (size_t size) {
  size_t class = classof(size);
  FreeBlock *block;
  if (class > CLASSES) return takelarge(size);
  block = freeblocks[class];
  if (block == NULL) return takefresh(class * GRAIN);
  freeblocks[class] = block->next;
  return block;
}

void memory_give (void *block, size_t size) {
  size_t class = classof(size);
  if (block == NULL) return;
  if (class > CLASSES) {
    reserved -= size;
    free(block);
  }
  else {
    FreeBlock *freed = block;
    freed->next = freeblocks[class];
    freeblocks[class] = freed;
  }
}

static void *resize (void *block, size_t oldsize, size_t newsize) {
  void *moved;
  if (oldsize <= LARGEST && newsize <= LARGEST && classof(oldsize) == classof(newsize))
    return block;
  luaN_charge(newsize / BYTESPERSTEP);
  if (oldsize > LARGEST && newsize > LARGEST) {
    moved = realloc(block, newsize);
    if (moved != NULL) reserved += newsize - oldsize;
    return moved;
  }
  moved = memory_take(newsize);
  if (moved == NULL) return NULL;
  memcpy(moved, block, oldsize < newsize ? oldsize : newsize);
  memory_give(block, oldsize);
  return moved;
}

static int mayuse (const Account *account, size_t more) {
  if (account->used > account->limit || more > account->limit - account->used) return 0;
  return reserved + more <= MOST;
}

void *memory_takefor (Account *account, size_t size) {
  void *block = mayuse(account, size) ? memory_take(size) : NULL;
  if (block != NULL) account->used += size;
  return block;
}

void memory_givefor (Account *account, void *block, size_t size) {
  account->used -= size;
  memory_give(block, size);
}

void *memory_alloc (void *ud, void *block, size_t oldsize, size_t newsize) {
  Account *account = ud;
  void *result;
  if (block == NULL) oldsize = 0;  /* then it is the kind of a new object */
  if (newsize == 0) {
    account->used -= oldsize;
    memory_give(block, oldsize);
    return NULL;
  }
  if (newsize > oldsize && !mayuse(account, newsize - oldsize)) return NULL;
  result = block == NULL ? memory_take(newsize) : resize(block, oldsize, newsize);
  if (result == NULL) return NULL;
  account->used += newsize - oldsize;
  return result;
}

size_t memory_reserved (void) {
  return reserved;
}
