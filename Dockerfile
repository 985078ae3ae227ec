# One image with the daemon, its page and its command line: docs/image.md. Nothing in it runs as root.
ARG PYTHON=docker.io/library/python:3.13-slim
FROM ${PYTHON} AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/sidecrate \
 && /opt/sidecrate/bin/pip install --no-cache-dir --constraint constraints.txt ".[worker]" \
 && find /opt/sidecrate -name __pycache__ -prune -exec rm -rf {} +

FROM ${PYTHON}
RUN useradd --create-home --uid 1000 sidecrate \
 && mkdir -p /data/state /data/crate /data/inbox \
 && chown -R sidecrate:sidecrate /data
COPY --from=build /opt/sidecrate /opt/sidecrate
COPY --chown=sidecrate:sidecrate deploy/image.yaml /data/config.yaml
ENV PATH=/opt/sidecrate/bin:$PATH SIDECRATE_HOME=/data PYTHONUNBUFFERED=1
USER sidecrate
VOLUME ["/data/state", "/data/crate", "/data/inbox"]
EXPOSE 9140/udp 9141 9143
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s \
  CMD sidecrate status --json | grep -q '"running": true'
STOPSIGNAL SIGTERM
ENTRYPOINT ["sidecrate"]
CMD ["run"]
