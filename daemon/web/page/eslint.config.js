import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

export default typescript.config(
    { ignores: ["src/api/schema.ts"] },
    js.configs.recommended,
    ...typescript.configs.recommended,
    {
        files: ["src/**/*.{ts,tsx}"],
        plugins: { "react-hooks": hooks },
        rules: {
            "react-hooks/rules-of-hooks": "error",
            "react-hooks/exhaustive-deps": "error",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
        },
    },
    {
        files: ["public/sw.js"],
        languageOptions: {
            globals: Object.fromEntries(
                ["self", "caches", "fetch", "location", "URL", "Response"].map((name) => [name, "readonly"]),
            ),
        },
    },
);
