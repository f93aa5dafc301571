/* What JavaScript sees, and what it gives. */
#ifndef export_h
#define export_h

#define EXPORT(name)  __attribute__((export_name(#name)))
#define IMPORT(name)  __attribute__((import_module("host"), import_name(#name)))

#endif
