export { FileConfigProvider, type FileConfigProviderParts } from "./file_config_provider.ts";
