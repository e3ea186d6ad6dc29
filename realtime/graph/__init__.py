"""A bundle as one ONNX graph: uint8 frames in, uint8 frames out, style and strength as inputs."""
