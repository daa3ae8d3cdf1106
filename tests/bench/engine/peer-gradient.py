"""PyTorch's side of against-torch.ts: builds a network, writes it as ONNX, and times passes as it is told.

usage: python3 peer-gradient.py MODEL BATCH FILE.onnx THREADS; then one word a line on stdin:
`scores` or `gradient` -> the seconds of one pass; `reference` -> the gradient's bytes in FILE.onnx.gradient
"""
import sys, time
import numpy as np, torch, torch.nn as nn, torchvision


def plain():
    layers, channels, size = [], 3, 224
    for width in (32, 64, 128, 256, 256):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels, size = width, size // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * size * size, 128), nn.ReLU(), nn.Linear(128, 4))


def separable():
    layers, channels = [nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU6()], 32
    for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
        layers += [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels), nn.ReLU6(), nn.Conv2d(channels, width, 1), nn.ReLU6()]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 4))


def build(name):
    torch.manual_seed(0)
    made = {'cnn5': plain, 'mobilenet': separable}
    model = made[name]() if name in made else getattr(torchvision.models, name)(weights=None, num_classes=4)
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, .1)
            part.running_var.uniform_(.5, 1.5)
    for weight in model.parameters():
        weight.requires_grad_(False)
    return model.eval()


def main():
    name, batch, path, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    torch.set_num_threads(threads)
    model = build(name)
    image = torch.from_numpy(np.random.default_rng(0).random((batch, 3, 224, 224), dtype=np.float32))
    image.numpy().tofile(path + '.input')
    torch.onnx.export(model, image[:1], path, input_names=['input'], output_names=['scores'],
                      dynamic_axes={'input': {0: 'n'}, 'scores': {0: 'n'}}, opset_version=13)

    def gradient():
        leaf = image.clone().requires_grad_(True)
        return torch.autograd.grad(model(leaf)[:, 1].sum(), leaf)[0]

    def scores():
        with torch.no_grad():
            return model(image)

    print('ready', flush=True)
    for line in sys.stdin:
        word = line.strip()
        begin = time.perf_counter()
        result = scores() if word == 'scores' else gradient()
        seconds = time.perf_counter() - begin
        if word == 'reference':
            result.numpy().tofile(path + '.gradient')
        print(seconds, flush=True)


main()
