"""`Custom::ChimeProxySession`: a proxy session."""
