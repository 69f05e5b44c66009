# The program is the same on every architecture: built once, on the one that builds.
FROM --platform=$BUILDPLATFORM node:24.19.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts: `prepare` builds, and the sources come in the next layer.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.19.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# Owned by root, so the program cannot change itself.
COPY package.json LICENSE ./
COPY bin ./bin
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# By number, so Kubernetes can tell that it is not root: the image's user `node`.
USER 1000:1000
EXPOSE 8080
# Of `serve` on its default port. Other commands end by themselves: run them with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/analytics-collect.js"]
CMD ["--help"]
