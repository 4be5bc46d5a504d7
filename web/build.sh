#!/bin/sh
# Bundles the console into dist/ with Debian's esbuild: hashed assets, and an index.html naming them.
set -eu
cd "$(dirname "$0")"
export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"

rm -rf dist
esbuild app=src/main.tsx --bundle --splitting --format=esm --minify --jsx=automatic \
    --target=es2020 --legal-comments=none --log-level=warning \
    "--define:process.env.NODE_ENV=\"production\"" --main-fields=module,main \
    --outdir=dist/assets --entry-names='[name]-[hash]' --chunk-names='[name]-[hash]'
esbuild style=src/styles/main.css --bundle --minify --log-level=warning \
    --outdir=dist/assets --entry-names='[name]-[hash]'
icon="icon-$(cksum < icon.svg | cut -d' ' -f1).svg"
cp icon.svg "dist/assets/$icon"

js=$(cd dist/assets && ls app-*.js)
css=$(cd dist/assets && ls style-*.css)
sed -e "s/@JS@/$js/" -e "s/@CSS@/$css/" -e "s/@ICON@/$icon/" index.html > dist/index.html

# What the service worker keeps: the shell and the loader's screens, not three.js and the rest.
files="/console/ $(cd dist/assets && ls app-* style-* icon-* LoaderPage-* LoadsPage-* chunk-* |
    sed 's|^|/console/assets/|' | tr '\n' ' ' | sed 's| $||')"
version=$(cat dist/index.html src/sw.js | cksum | cut -d' ' -f1)
sed -e "s|@FILES@|$files|" -e "s|@VERSION@|$version|" src/sw.js > dist/sw.js

# The API's description for people, served at /docs: files of its own, without the console's.
esbuild docs=src/docs/main.ts --bundle --format=esm --minify --target=es2020 --log-level=warning \
    --outdir=dist/docs --entry-names='[name]-[hash]'
esbuild docs=src/docs/docs.css --bundle --minify --log-level=warning \
    --outdir=dist/docs --entry-names='[name]-[hash]'
cp icon.svg "dist/docs/$icon"
js=$(cd dist/docs && ls docs-*.js)
css=$(cd dist/docs && ls docs-*.css)
sed -e "s/@JS@/$js/" -e "s/@CSS@/$css/" -e "s/@ICON@/$icon/" src/docs/index.html \
    > dist/docs/index.html
