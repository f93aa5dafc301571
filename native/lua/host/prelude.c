/* The parts of the libraries that are written in Lua. */
#include "lua.h"
#include "lauxlib.h"

#include <string.h>

#include "prelude.h"

#define PRELUDE(name) \
  static const char name[] = {
/* each file as an array of bytes that ends with a zero */
PRELUDE(sort)
#embed "../prelude/sort.lua"
  , 0
};
PRELUDE(casts)
#embed "../prelude/casts.lua"
  , 0
};
PRELUDE(errors)
#embed "../prelude/errors.lua"
  , 0
};
PRELUDE(json)
#embed "../prelude/json.lua"
  , 0
};
PRELUDE(yaml)
#embed "../prelude/yaml.lua"
  , 0
};
PRELUDE(payload)
#embed "../prelude/payload.lua"
  , 0
};
PRELUDE(process)
#embed "../prelude/process.lua"
  , 0
};
PRELUDE(calendar)
#embed "../prelude/calendar.lua"
  , 0
};
PRELUDE(time_layout)
#embed "../prelude/time_layout.lua"
  , 0
};
PRELUDE(time_parse)
#embed "../prelude/time_parse.lua"
  , 0
};
PRELUDE(time_values)
#embed "../prelude/time_values.lua"
  , 0
};
PRELUDE(time)
#embed "../prelude/time.lua"
  , 0
};
PRELUDE(os)
#embed "../prelude/os.lua"
  , 0
};
PRELUDE(base64)
#embed "../prelude/base64.lua"
  , 0
};
PRELUDE(hash)
#embed "../prelude/hash.lua"
  , 0
};
PRELUDE(uuid)
#embed "../prelude/uuid.lua"
  , 0
};
PRELUDE(logger)
#embed "../prelude/logger.lua"
  , 0
};
PRELUDE(ctx)
#embed "../prelude/ctx.lua"
  , 0
};

typedef enum Place {
  PART,  /* for the parts after it alone: a field of the table 'native' */
  MODULE,  /* for require */
  GLOBAL  /* for require, and a global */
} Place;

static const struct Part {
  const char *name, *chunkname, *source;
  Place place;
} parts[] = {  /* each may use those before it */
  { "casts", "=casts", casts, PART }, { "errors", "=errors", errors, GLOBAL }, { "json", "=json", json, MODULE },
  { "yaml", "=yaml", yaml, MODULE }, { "payload", "=payload", payload, GLOBAL }, { "process", "=process", process, GLOBAL },
  { "calendar", "=calendar", calendar, PART }, { "layout", "=time", time_layout, PART },
  { "parse", "=time", time_parse, PART }, { "times", "=time", time_values, PART }, { "time", "=time", time, MODULE },
  { "os", "=os", os, GLOBAL }, { "base64", "=base64", base64, MODULE }, { "hash", "=hash", hash, MODULE },
  { "uuid", "=uuid", uuid, MODULE }, { "logger", "=logger", logger, MODULE }, { "ctx", "=ctx", ctx, MODULE }
};

static void run (lua_State *L, const char *chunkname, const char *source, int native) {
  if (luaL_loadbufferx(L, source, strlen(source), chunkname, "t") != LUA_OK) lua_error(L);
  lua_pushvalue(L, native);
  lua_call(L, 1, 1);
}

void prelude_sort (lua_State *L) {
  lua_pushnil(L);
  run(L, "=[C]", sort, lua_gettop(L));
  lua_remove(L, -2);
}

void prelude_run (lua_State *L, int native, int modules) {
  for (const struct Part *part = parts; part < parts + sizeof parts / sizeof *parts; part++) {
    run(L, part->chunkname, part->source, native);
    lua_pushvalue(L, -1);
    lua_setfield(L, native, part->name);
    if (part->place == GLOBAL) {
      lua_pushvalue(L, -1);
      lua_setglobal(L, part->name);
    }
    if (part->place == PART) lua_pop(L, 1);
    else lua_setfield(L, modules, part->name);
  }
}
