export { grantObjection } from "./grant_objection.ts";
export { logIn } from "./login/log_in.ts";
export type { LoginParts, Person } from "./login/login_dialogue.ts";
export { Oauth2Grants } from "./oauth2_grants.ts";
export { type GrantConfig, type Oauth2Config, oauth2Schema } from "./oauth2_schema.ts";
