"""The errors of Lowtide, SEAL and OpenFHE at the same ring degree, levels and scale. See README.md."""

import argparse
import json
import math
import random
import subprocess
import sys
from statistics import median_high

from peers import ROOT, openfhe, seal

LOG_DEGREE, LEVELS, DIGITS = 15, 3, 2
DEGREE, SLOTS = 1 << LOG_DEGREE, 1 << LOG_DEGREE - 1
KEYS = ["secret", "public"]
ROWS = {"fresh": "fresh", "squared": "after one squaring", "rotated": "after one rotation"}


def first_bits(scale_bits):
    """As `benches/src/bin/reproduce/precision.rs`."""
    return min(scale_bits + 8, 60)


class Seal:
    """SEAL, with the largest special prime it takes."""

    name = "SEAL"

    def __init__(self, scale_bits, _options):
        parameters = seal.EncryptionParameters(seal.SCHEME_TYPE.CKKS)
        parameters.set_poly_modulus_degree(DEGREE)
        bits = [first_bits(scale_bits), *[scale_bits] * LEVELS, 60]
        parameters.set_coeff_modulus(seal.CoeffModulus.Create(DEGREE, bits))
        context = seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)
        keygen = seal.KeyGenerator(context)
        public, self.relin, self.galois = seal.PublicKey(), seal.RelinKeys(), seal.GaloisKeys()
        keygen.create_public_key(public)
        keygen.create_relin_keys(self.relin)
        keygen.create_galois_keys([3], self.galois)  # SEAL's generator: one step
        self.scale = 2.0**scale_bits
        self.encoder, self.evaluator = seal.CKKSEncoder(context), seal.Evaluator(context)
        self.encryptor = seal.Encryptor(context, public, keygen.secret_key())
        self.decryptor = seal.Decryptor(context, keygen.secret_key())

    def encrypt(self, key, values):
        plain, out = seal.Plaintext(), seal.Ciphertext()
        self.encoder.encode(values, self.scale, plain)
        (self.encryptor.encrypt if key == "public" else self.encryptor.encrypt_symmetric)(plain, out)
        return out

    def square(self, x):
        out = seal.Ciphertext()
        self.evaluator.square(x, out)
        self.evaluator.relinearize_inplace(out, self.relin)
        self.evaluator.rescale_to_next_inplace(out)
        return out

    def rotate(self, x):
        out = seal.Ciphertext()
        self.evaluator.rotate_vector(x, 1, self.galois, out)
        return out

    def decrypt(self, x):
        out = seal.Plaintext()
        self.decryptor.decrypt(x, out)
        return self.encoder.decode_double(out)


class OpenFhe:
    """OpenFHE, which keeps exact scales only where it rescales by itself, and adds no noise of its own to complex slots."""

    name = "OpenFHE"

    def __init__(self, scale_bits, options):
        self.manual = options.manual
        parameters = openfhe.CCParamsCKKSRNS()
        parameters.SetSecurityLevel(openfhe.SecurityLevel.HEStd_NotSet)
        parameters.SetRingDim(DEGREE)
        parameters.SetBatchSize(SLOTS)
        parameters.SetMultiplicativeDepth(LEVELS)
        parameters.SetFirstModSize(first_bits(scale_bits))
        parameters.SetScalingModSize(scale_bits)
        parameters.SetScalingTechnique(openfhe.FIXEDMANUAL if self.manual else openfhe.FLEXIBLEAUTO)
        parameters.SetCKKSDataType(openfhe.REAL if self.manual else openfhe.COMPLEX)
        parameters.SetKeySwitchTechnique(openfhe.HYBRID)
        parameters.SetNumLargeDigits(DIGITS)
        self.context = openfhe.GenCryptoContext(parameters)
        for feature in (openfhe.PKE, openfhe.KEYSWITCH, openfhe.LEVELEDSHE, openfhe.ADVANCEDSHE):
            self.context.Enable(feature)
        self.keys = self.context.KeyGen()
        self.context.EvalMultKeyGen(self.keys.secretKey)
        self.context.EvalRotateKeyGen(self.keys.secretKey, [1])

    def encrypt(self, key, values):
        plain = self.context.MakeCKKSPackedPlaintext(values)
        return self.context.Encrypt(self.keys.publicKey if key == "public" else self.keys.secretKey, plain)

    def square(self, x):
        out = self.context.EvalSquare(x)
        return self.context.ModReduce(out) if self.manual else self.context.Compress(out, LEVELS)

    def rotate(self, x):
        return self.context.EvalRotate(x, 1)

    def decrypt(self, x):
        plain = self.context.Decrypt(x, self.keys.secretKey)
        return plain.GetRealPackedValue() if self.manual else [z.real for z in plain.GetCKKSPackedValue()]


def bits(expected, found):
    """Of the worst slot and of the root mean square."""
    errors = [abs(a - b) for a, b in zip(expected, found, strict=True)]
    return -math.log2(max(errors)), -math.log2(sum(e * e for e in errors) / len(errors)) / 2


def once(library, scale_bits, options):
    """One run with its own keys and values."""
    made = library(scale_bits, options)
    values = [random.uniform(-1, 1) for _ in range(SLOTS)]
    found = {}
    for key in KEYS:
        x = made.encrypt(key, values)
        found[key, "fresh"] = bits(values, made.decrypt(x))
        found[key, "squared"] = bits([v * v for v in values], made.decrypt(made.square(x)))
        found[key, "rotated"] = bits(values[1:] + values[:1], made.decrypt(made.rotate(x)))
    return found


def medians(runs):
    return {row: tuple(map(median_high, zip(*(run[row] for run in runs)))) for row in runs[0]}


def ours(scale_bits, options):
    """The rows of the standard ring of our own command, which takes medians itself."""
    command = ["cargo", "run", "-q", "--release", "-p", "lowtide-benches", "--bin", "reproduce", "precision", "--json"]
    command += ["--log-degree", str(LOG_DEGREE), "--scale-bits", str(scale_bits), "--runs", str(options.runs)]
    found = {}
    for key in KEYS:
        flags = ["--public-key"] if key == "public" else []
        run = subprocess.run(command + flags, cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr)
        [line] = [line for line in json.loads(run.stdout)["rows"] if line["ring"] == "standard"]
        found |= {(key, row): (line[row]["worst"], line[row]["rms"]) for row in ROWS}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="medians of so many, each with its own keys and values (5)")
    parser.add_argument("--scale", type=int, action="append", metavar="LOG2", help="45, 50 and 54, unless given")
    parser.add_argument("--manual", action="store_true", help="OpenFHE with FIXEDMANUAL and real slots")
    options = parser.parse_args()
    libraries = [Seal, OpenFhe]
    print(f"| scale | encrypted by | error | {' | '.join(['Lowtide', *(library.name for library in libraries)])} |")
    print("|---|---|---|---:|---:|---:|")
    for scale_bits in options.scale or [45, 50, 54]:
        columns = [ours(scale_bits, options)]
        for library in libraries:
            columns.append(medians([once(library, scale_bits, options) for _ in range(options.runs)]))
        for key in KEYS:
            for row, name in ROWS.items():
                cells = ["2^-{:.1f}, 2^-{:.2f}".format(*column[key, row]) for column in columns]
                print(f"| 2^{scale_bits} | {key} key | {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
