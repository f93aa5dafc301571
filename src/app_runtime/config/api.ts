/** What other rooms and adapters may use of the configuration. */
export type { ConfigCheck } from "./build_snapshot.ts";
export type { ConfigChange, ConfigDifference, UnitDifference } from "./config_difference.ts";
export { ConfigInvalidError, renderProblems } from "./config_invalid_error.ts";
export { renderPlace, renderProblem } from "./config_problem.ts";
export { type ConfigShape, ConfigShapeError, type KindChoice, type UnitRole } from "./config_shape.ts";
export { ConfigAccessError, type ConfigOrigin, type ConfigSnapshot, type ShownLeaf } from "./config_snapshot.ts";
export {
  type ConfigObserver,
  ConfigStateError,
  ConfigurationManager,
  type ConfigurationManagerParts,
  type ConfigVersion,
  type DeclaredDefaults,
} from "./configuration_manager.ts";
export { renderConfigDocs } from "./docs/render_config_docs.ts";
export { renderJsonSchema } from "./docs/render_json_schema.ts";
export { layerOf, maxDepth } from "./layers/config_tree.ts";
export type { ShownValue } from "./reading/formats.ts";
export type { ConfigValues } from "./reading/read_context.ts";
export type { UnitConfig } from "./reading/read_unit.ts";
export type { ConfigSubscriber, Objection, PrepareAnswer } from "./reload/config_subscriber.ts";
export { type ReloadOutcome, renderOutcome } from "./reload/reload_outcome.ts";
export { unitsReferTo } from "./unit_references.ts";
