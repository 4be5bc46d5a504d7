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
cp src/sw.js dist/sw.js
icon="icon-$(cksum < icon.svg | cut -d' ' -f1).svg"
cp icon.svg "dist/assets/$icon"

js=$(cd dist/assets && ls app-*.js)
css=$(cd dist/assets && ls style-*.css)
sed -e "s/@JS@/$js/" -e "s/@CSS@/$css/" -e "s/@ICON@/$icon/" index.html > dist/index.html
