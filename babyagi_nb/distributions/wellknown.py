"""Distributions that are known by another name than they are imported by, and other popular ones.

A name in this table was looked at by a person. A name that is not here and that the user did not
declare is *unknown*: it may be a misspelling, or the invention of a model that somebody registered.
"""

from __future__ import annotations

__all__ = ["NAMESPACES", "WELL_KNOWN"]

NAMESPACES = frozenset(
    {"azure", "backports", "google", "jaraco", "mpl_toolkits", "opentelemetry", "ruamel", "zope"}
)
"""Top-level names that many distributions share, so that the name alone says nothing."""

_SAME = (
    "aiofiles aiohttp altair anthropic anyio arrow boto3 botocore cachetools certifi click "
    "cryptography dask django duckdb fastapi feedparser flask geopandas gensim graphviz gradio "
    "h5py httpx huggingface_hub hypothesis ipywidgets jax jinja2 joblib jsonschema keras langchain "
    "lightgbm lxml markdown matplotlib mistralai mpmath msgpack networkx nltk numba numpy openai "
    "openpyxl orjson pandas paramiko plotly polars psutil pyarrow pydantic pygments pymongo "
    "pyparsing pypdf pytest redis requests rich scipy seaborn sentence_transformers shapely spacy "
    "sqlalchemy starlette statsmodels streamlit sympy tabulate tenacity tensorflow tiktoken "
    "tornado torch torchvision tqdm transformers trio typer urllib3 uvicorn websockets wikipedia "
    "xarray xgboost xlsxwriter"
)

WELL_KNOWN: dict[str, str] = {
    **{name: name.replace("_", "-") for name in _SAME.split()},
    "Bio": "biopython",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "IPython": "ipython",
    "Levenshtein": "levenshtein",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "PyPDF2": "pypdf2",
    "Xlib": "python-xlib",
    "attr": "attrs",
    "azure.identity": "azure-identity",
    "azure.storage.blob": "azure-storage-blob",
    "bs4": "beautifulsoup4",
    "cairo": "pycairo",
    "chess": "chess",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "discord": "discord.py",
    "dns": "dnspython",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "duckduckgo_search": "duckduckgo-search",
    "elasticsearch": "elasticsearch",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "flask_cors": "flask-cors",
    "git": "gitpython",
    "github": "pygithub",
    "google.auth": "google-auth",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.cloud.storage": "google-cloud-storage",
    "google.genai": "google-genai",
    "google.generativeai": "google-generativeai",
    "google.protobuf": "protobuf",
    "googleapiclient": "google-api-python-client",
    "googlesearch": "googlesearch-python",
    "gi": "pygobject",
    "grpc": "grpcio",
    "imageio": "imageio",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "kafka": "kafka-python",
    "langchain_core": "langchain-core",
    "litellm": "litellm",
    "llama_index": "llama-index",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "markdown2": "markdown2",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "nacl": "pynacl",
    "nbformat": "nbformat",
    "odf": "odfpy",
    "oauthlib": "oauthlib",
    "openapi_spec_validator": "openapi-spec-validator",
    "opentelemetry.sdk": "opentelemetry-sdk",
    "pdfminer": "pdfminer.six",
    "pinecone": "pinecone",
    "pkg_resources": "setuptools",
    "playwright": "playwright",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "pymysql": "pymysql",
    "pytesseract": "pytesseract",
    "pythoncom": "pywin32",
    "pytz": "pytz",
    "regex": "regex",
    "requests_html": "requests-html",
    "ruamel.yaml": "ruamel.yaml",
    "selenium": "selenium",
    "serial": "pyserial",
    "serpapi": "google-search-results",
    "setuptools": "setuptools",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack_sdk": "slack-sdk",
    "slugify": "python-slugify",
    "socks": "pysocks",
    "speech_recognition": "speechrecognition",
    "telegram": "python-telegram-bot",
    "thefuzz": "thefuzz",
    "toml": "toml",
    "typing_extensions": "typing-extensions",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "win32api": "pywin32",
    "wx": "wxpython",
    "yaml": "pyyaml",
    "yfinance": "yfinance",
    "youtube_transcript_api": "youtube-transcript-api",
    "zmq": "pyzmq",
    "zope.interface": "zope-interface",
}
"""Module to import, as the name or dotted path it is imported by, to distribution."""
