/** What the tests use of oidc-provider, which ships no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  interface Stored {
    save(lifetimeSeconds?: number): Promise<string>;
    destroy(): Promise<void>;
    accountId: string;
    grantId: string;
    scope: string;
    authTime: number;
  }

  interface Model<T extends Stored> {
    new (parts: Readonly<Record<string, unknown>>): T;
    find(id: string): Promise<T | undefined>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  interface Grant extends Stored {
    addOIDCScope(scope: string): void;
  }

  interface DeviceCode extends Stored {
    error: string;
    errorDescription: string;
    params: { readonly scope: string; readonly client_id: string };
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly AccessToken: Model<Stored>;
    readonly RefreshToken: Model<Stored>;
    readonly Grant: Model<Grant>;
    readonly DeviceCode: Model<DeviceCode> & {
      findByUserCode(code: string, options: { readonly ignoreExpiration: boolean }): Promise<DeviceCode | undefined>;
    };
    readonly Client: { find(id: string): Promise<object> };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: string, listener: (...parts: readonly unknown[]) => void): void;
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ readonly params: { readonly client_id: string; readonly scope: string } }>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  }
}

declare module "oidc-provider/lib/adapters/memory_adapter.js" {
  class MemoryAdapter {
    constructor(model: string);
  }

  // biome-ignore lint/style/noDefaultExport: the package is like that.
  export { MemoryAdapter as default };
}
