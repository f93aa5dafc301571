#include <stddef.h>

#include "export.h"
#include "memory.h"

EXPORT(memory_take) void *export_take (size_t size) { return memory_take(size); }
EXPORT(memory_give) void export_give (void *block, size_t size) { memory_give(block, size); }
