/** How features of a picture's tiles become the picture's: what it mostly shows, or what it shows anywhere. */
export const TILE_POOLINGS = ['mean', 'max'] as const;
export type TilePooling = (typeof TILE_POOLINGS)[number];
