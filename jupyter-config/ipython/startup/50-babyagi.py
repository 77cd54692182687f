"""Make %babyagi and %%babyagi_function known to IPython; babyagi_nb loads at their first use."""

try:
    for _babyagi in (("babyagi", "line"), ("babyagi_function", "cell")):
        get_ipython().magics_manager.register_lazy(_babyagi[0], "babyagi_nb", _babyagi[1])
except Exception:
    pass  # a kernel must start whatever happens here; %load_ext babyagi_nb still works
finally:
    globals().pop("_babyagi", None)
