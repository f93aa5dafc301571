/** A time of a Lua program (module `time`). */
export class LuaTime {
  /** Since 1970 UTC. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** "UTC", "Local", a name of the zone database, or "+3600 NAME" for a fixed one. */
  readonly zone: string;

  constructor(seconds: number, nanoseconds: number, zone = "UTC") {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  static of(date: Date): LuaTime {
    const ms = date.getTime();
    const seconds = Math.floor(ms / 1000);
    return new LuaTime(seconds, (ms - seconds * 1000) * 1e6);
  }

  toJSON(): string {
    return new Date(this.seconds * 1000 + this.nanoseconds / 1e6).toISOString();
  }
}

/** A duration of a Lua program. */
export class LuaDuration {
  readonly nanoseconds: number | bigint;

  constructor(nanoseconds: number | bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A zone of a Lua program, as in LuaTime. */
export class LuaLocation {
  readonly zone: string;

  constructor(zone: string) {
    this.zone = zone;
  }
}
