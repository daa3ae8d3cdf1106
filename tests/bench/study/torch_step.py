"""The peer of against-torch.ts: the paper's CNN on PyTorch, CPU. Arrays are raw little-endian float32 in FOLDER.

usage: torch_step.py FOLDER step   one Adam step from weights.f32 on image.f32 and labels.i64; writes
       torch_step.py FOLDER step64 gradient.f32 and stepped.f32 in the order of layout.json; step64 in float64
       torch_step.py FOLDER time   prints the milliseconds of each of `steps` steps as JSON
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn

folder, mode = sys.argv[1:3]
layout = json.load(open(f"{folder}/layout.json"))
torch.set_num_threads(layout["threads"])


def network(blocks, channels, side, filters, limit, hidden, classes):
    layers = []
    for _ in range(blocks):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels, filters, side = filters, min(2 * filters, limit), side // 2
    layers += [nn.Flatten(), nn.Linear(channels * side * side, hidden), nn.ReLU(), nn.Linear(hidden, classes)]
    return nn.Sequential(*layers)


model = network(*layout["network"])
trained = [layer for layer in model if isinstance(layer, (nn.Conv2d, nn.Linear))]
names = [f"block{b + 1}" for b in range(layout["network"][0])] + ["dense", "head"]
parameters = {}
for name, layer in zip(names, trained):
    parameters[f"{name}.weight"], parameters[f"{name}.bias"] = layer.weight, layer.bias
flat = np.fromfile(f"{folder}/weights.f32", np.float32)
with torch.no_grad():
    for slot in layout["slots"]:
        values = flat[slot["offset"] : slot["offset"] + slot["count"]].reshape(slot["shape"])
        parameters[slot["name"]].copy_(torch.from_numpy(values.copy()))
optimizer = torch.optim.Adam(model.parameters(), lr=layout["learningRate"])
image = torch.from_numpy(np.fromfile(f"{folder}/image.f32", np.float32).reshape(layout["imageShape"]))
labels = torch.from_numpy(np.fromfile(f"{folder}/labels.i64", np.int64))


def step():
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(image), labels).backward()
    optimizer.step()


def write(name, pick):
    parts = [pick(parameters[slot["name"]]).detach().numpy().ravel() for slot in layout["slots"]]
    np.concatenate(parts).astype(np.float32).tofile(f"{folder}/{name}")


if mode.startswith("step"):
    if mode == "step64":
        model.double()
        image = image.double()
    step()
    write("gradient.f32", lambda parameter: parameter.grad)
    write("stepped.f32", lambda parameter: parameter)
else:
    step()
    times = []
    for _ in range(layout["steps"]):
        began = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - began))
    print(json.dumps({"torch": torch.__version__, "milliseconds": times}))
