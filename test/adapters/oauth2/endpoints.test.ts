import { expect, test } from "vitest";
import { endpointsOf } from "../../../src/adapters/oauth2/endpoints.ts";
import { grantObjection } from "../../../src/adapters/oauth2/grant_objection.ts";
import type { GrantConfig } from "../../../src/adapters/oauth2/oauth2_schema.ts";

const grant = (config: Partial<GrantConfig>): GrantConfig => ({
  provider: "microsoft",
  tenant: "organizations",
  clientId: "me",
  ...config,
});

test("Microsoft is asked at the tenant, for mail and for a login that lasts", () => {
  const endpoints = endpointsOf(grant({ tenant: "shop.example" }));
  expect(endpoints.token).toBe("https://login.microsoftonline.com/shop.example/oauth2/v2.0/token");
  expect(endpoints.device).toBe("https://login.microsoftonline.com/shop.example/oauth2/v2.0/devicecode");
  expect(endpoints.redirectUri(8080)).toBe("http://localhost:8080");
  expect(endpoints.scope).toMatch(/IMAP\.AccessAsUser\.All .*SMTP\.Send offline_access$/);
});

test("Google has no codes for mail on other devices, and must be told to let the login last", () => {
  const endpoints = endpointsOf(grant({ provider: "google" }));
  expect(endpoints.device).toBeUndefined();
  expect(endpoints.authorizationParameters).toEqual({ access_type: "offline", prompt: "consent" });
});

test("what the config names goes over what is known of a provider", () => {
  const config = grant({ tokenEndpoint: "https://login.example.us/token", scope: "mail" });
  expect(endpointsOf(config)).toMatchObject({ token: "https://login.example.us/token", scope: "mail" });
  expect(endpointsOf(config).device).toContain("microsoftonline.com");
});

test("clear text stays on this machine", () => {
  const custom = (tokenEndpoint: string) => grantObjection(grant({ provider: "custom", tokenEndpoint }));
  expect(custom("https://login.example/token")).toBeUndefined();
  expect(custom("http://127.0.0.1:8080/token")).toBeUndefined();
  expect(custom("http://[::1]:8080/token")).toBeUndefined();
  expect(custom("http://localhost.login.example/token")).toContain("in clear text");
  expect(custom("ftp://127.0.0.1/token")).toContain("in clear text");
  expect(grantObjection(grant({ deviceEndpoint: "http://login.example/device" }))).toContain("in clear text");
});
