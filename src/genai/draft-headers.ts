/** The draft's usage headers ("Alignment with Requirements") and the header by which gateways that read bodies tell the model. */
export const draftHeaders: readonly string[] = ["x-usage-input-tokens", "x-usage-output-tokens", "x-model-id"];
