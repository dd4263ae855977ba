/** Where the demo keeps its data unless told otherwise. */
export const DEFAULT_DATA_DIR = '.plantsense/demo';
