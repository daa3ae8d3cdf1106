/** Channels of one block in onnxruntime's blocked layout on the widest CPUs; on others a block is half as wide. */
export const CHANNEL_BLOCK = 16;
