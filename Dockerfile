# One image for everything: docker build -t doorstep . (how to run it: bot/README.md, "Running it").
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY dialogs dialogs
COPY knowledge knowledge
RUN python -m venv /opt/doorstep && /opt/doorstep/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
# The font of printed pages (bot/paper.py).
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/doorstep --create-home doorstep \
    && install -d -o doorstep -g doorstep -m 700 /srv/doorstep/data /srv/doorstep/keys
COPY --from=build /opt/doorstep /opt/doorstep
ENV PATH=/opt/doorstep/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DOORSTEP_HOST=0.0.0.0 \
    DOORSTEP_PORT=8080 \
    DOORSTEP_DATA_DIR=/srv/doorstep/data \
    DOORSTEP_KEYS=/srv/doorstep/keys
USER doorstep
WORKDIR /srv/doorstep
VOLUME ["/srv/doorstep/data", "/srv/doorstep/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DOORSTEP_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["doorstep"]
CMD ["run"]
