/* Time values and zones. The state of a time is { seconds since 1970, nanoseconds, zone }. */
#ifndef lib_zone_h
#define lib_zone_h

#include "lua.h"

/* Pushes the time of day as a Time in the local zone. */
void time_pushnow (lua_State *L);

#endif
