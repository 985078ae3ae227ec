/** Made by the plug-in `words` of vite.config.ts. */
declare module "words:*" {
  const said: Record<string, string>;
  export default said;
}
