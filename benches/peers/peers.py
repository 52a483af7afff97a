"""Lowtide beside SEAL and OpenFHE, on one thread of this machine: same ring degree, levels and scale. See README.md."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # Before OpenFHE is loaded.

import openfhe  # noqa: E402
import tenseal.sealapi as seal  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

# What is timed: our rows of the suite `ckks`, added up.
ROWS = {
    "encode": ["encode"],
    "encrypt, public key": ["encrypt, public key"],
    "multiply, relinearize, rescale": ["multiply, relinearize, rescale"],
    "rotate": ["rotate"],
    "decrypt": ["decrypt"],
    "decrypt and decode": ["decrypt", "decode"],
}


@dataclass(frozen=True)
class Case:
    """The shapes of `benches/benches/ckks.rs`."""

    log_degree: int
    first_bits: int
    scale_bits: int
    levels: int
    digits: int

    @property
    def degree(self):
        return 1 << self.log_degree

    @property
    def values(self):
        return [((37 * i) % 101) / 101 - 0.5 for i in range(self.degree // 2)]


CASES = [Case(13, 49, 36, 3, 4), Case(14, 50, 40, 6, 3), Case(15, 50, 40, 14, 3), Case(16, 50, 40, 30, 3)]


class Seal:
    """SEAL as TenSEAL ships it. It has one special prime and as many digits as primes, and stops at 2^15."""

    name = "SEAL"

    def __init__(self, case):
        bits = [case.first_bits, *[case.scale_bits] * case.levels, case.first_bits]
        parameters = seal.EncryptionParameters(seal.SCHEME_TYPE.CKKS)
        parameters.set_poly_modulus_degree(case.degree)
        parameters.set_coeff_modulus(seal.CoeffModulus.Create(case.degree, bits))
        context = seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)
        keygen = seal.KeyGenerator(context)
        public, relin, galois = seal.PublicKey(), seal.RelinKeys(), seal.GaloisKeys()
        keygen.create_public_key(public)
        keygen.create_relin_keys(relin)
        keygen.create_galois_keys([3], galois)  # SEAL's generator: one step
        encoder, evaluator = seal.CKKSEncoder(context), seal.Evaluator(context)
        encryptor, decryptor = seal.Encryptor(context, public), seal.Decryptor(context, keygen.secret_key())
        values, scale = case.values, 2.0**case.scale_bits
        plain, x, y = seal.Plaintext(), seal.Ciphertext(), seal.Ciphertext()
        encoder.encode(values, scale, plain)
        encryptor.encrypt(plain, x)
        encryptor.encrypt(plain, y)

        def multiply():
            out = seal.Ciphertext()
            evaluator.multiply(x, y, out)
            evaluator.relinearize_inplace(out, relin)
            evaluator.rescale_to_next_inplace(out)
            return out

        def decrypt(ciphertext):
            out = seal.Plaintext()
            decryptor.decrypt(ciphertext, out)
            return out

        def decode(ciphertext):
            return encoder.decode_double(decrypt(ciphertext))

        check(decode(multiply()), [v * v for v in values])
        self.operations = {
            "encode": lambda: encoder.encode(values, scale, seal.Plaintext()),
            "encrypt, public key": lambda: encryptor.encrypt(plain, seal.Ciphertext()),
            "multiply, relinearize, rescale": multiply,
            "rotate": lambda: evaluator.rotate_vector(x, 1, galois, seal.Ciphertext()),
            "decrypt": lambda: decrypt(x),
            "decrypt and decode": lambda: decode(x),
        }


class OpenFhe:
    """OpenFHE with hybrid key switching of as many digits as ours, and rescales where they are asked for."""

    name = "OpenFHE"

    def __init__(self, case):
        parameters = openfhe.CCParamsCKKSRNS()
        parameters.SetSecurityLevel(openfhe.SecurityLevel.HEStd_NotSet)
        parameters.SetRingDim(case.degree)
        parameters.SetBatchSize(case.degree // 2)
        parameters.SetMultiplicativeDepth(case.levels)
        parameters.SetFirstModSize(case.first_bits)
        parameters.SetScalingModSize(case.scale_bits)
        parameters.SetScalingTechnique(openfhe.FIXEDMANUAL)
        parameters.SetKeySwitchTechnique(openfhe.HYBRID)
        parameters.SetNumLargeDigits(case.digits)
        context = openfhe.GenCryptoContext(parameters)
        for feature in (openfhe.PKE, openfhe.KEYSWITCH, openfhe.LEVELEDSHE):
            context.Enable(feature)
        keys = context.KeyGen()
        context.EvalMultKeyGen(keys.secretKey)
        context.EvalRotateKeyGen(keys.secretKey, [1])
        values = case.values
        plain = context.MakeCKKSPackedPlaintext(values)
        x, y = context.Encrypt(keys.publicKey, plain), context.Encrypt(keys.publicKey, plain)

        def multiply():
            return context.ModReduce(context.EvalMult(x, y))

        def decode(ciphertext):
            return context.Decrypt(ciphertext, keys.secretKey).GetRealPackedValue()

        check(decode(multiply()), [v * v for v in values])
        self.operations = {
            "encode": lambda: context.MakeCKKSPackedPlaintext(values),
            "encrypt, public key": lambda: context.Encrypt(keys.publicKey, plain),
            "multiply, relinearize, rescale": multiply,
            "rotate": lambda: context.EvalRotate(x, 1),
            "decrypt and decode": lambda: decode(x),
        }


class Lowtide:
    """Our rows, by criterion, which leaves its medians in files."""

    name = "Lowtide"

    def __init__(self, case):
        self.case = case

    def times(self, _seconds):
        group = f"N=2^{self.case.log_degree}, 1 thread"
        rows = sorted({row for rows in ROWS.values() for row in rows})
        command = ["cargo", "bench", "-q", "-p", "lowtide-benches", "--bench", "ckks", "--"]
        run = subprocess.run([*command, f"{group}/({'|'.join(rows)})$"], cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr)
        return {name: sum(self.median(group, row) for row in rows) for name, rows in ROWS.items()}

    @staticmethod
    def median(group, row):
        """Milliseconds."""
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        file = target / "criterion" / group.replace("^", "_") / row / "new" / "estimates.json"
        return json.loads(file.read_text())["median"]["point_estimate"] / 1e6


class Peer:
    """A library whose operations Python calls."""

    def __init__(self, library, case):
        made = library(case)
        self.name, self.operations = library.name, made.operations

    def times(self, seconds):
        return {name: median_time(run, seconds) for name, run in self.operations.items()}


def median_time(run, seconds):
    """Milliseconds on the processor, waits for a core left out: the median of at least five calls, after one that warms up."""
    run()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1e3 * statistics.median(times)


def check(found, expected):
    """What is timed should also be right."""
    worst = max(abs(a - b) for a, b in zip(found, expected))
    if worst > 1e-3:
        sys.exit(f"a product that is off by {worst}")


def measure(case, rounds, seconds):
    """By library and operation the median of the rounds, in which the libraries take turns, so that noise hits all."""
    libraries = [Lowtide(case), *([Peer(Seal, case)] if case.log_degree <= 15 else []), Peer(OpenFhe, case)]
    taken = [{library.name: library.times(seconds) for library in libraries} for _ in range(rounds)]
    middle = lambda name, row: statistics.median(times[name][row] for times in taken)
    return {library.name: {row: middle(library.name, row) for row in taken[0][library.name]} for library in libraries}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="medians of so many turns (3)")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each row of a peer and turn (1)")
    parser.add_argument("--degree", type=int, action="append", metavar="LOG2", help="13 to 16; all, unless given")
    options = parser.parse_args()
    print("| operation | N | Lowtide, ms | SEAL, ms | ratio | OpenFHE, ms | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for case in CASES:
        if options.degree and case.log_degree not in options.degree:
            continue
        figures = measure(case, options.rounds, options.seconds)
        for row in ROWS:
            ours = figures["Lowtide"][row]
            cells = [f"{row} | 2^{case.log_degree} | {ours:.3g}"]
            for peer in (Seal, OpenFhe):
                theirs = figures.get(peer.name, {}).get(row)
                cells.append(f"{theirs:.3g} | {theirs / ours:.1f}" if theirs else " | ")
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
