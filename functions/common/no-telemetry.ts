/**
 * Imported before onnxruntime-node, for its effect: since 1.29 the engine's Linux and macOS builds report
 * sessions and models to their maker unless ORT_DISABLE_TELEMETRY=1 stands in the environment when the library
 * is loaded (microsoft/onnxruntime pull request 27379). Nothing here may leave the hospital.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
