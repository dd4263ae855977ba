;; The inner loops of the audio room. Pointers and strides are in bytes, counts in numbers.
;; `scalar-kernels.ts` says the same in TypeScript: it is the fallback, and the tests hold one against the other.
;; After a change run `node scripts/build-kernels.mjs`, which writes `kernels-wasm.ts`.
;;
;; Two forms recur, written out because engines don't inline WebAssembly functions:
;;   v (c + is), given (c, c) and (-s, s):  v * (c, c) + swapped v * (-s, s)
;;   the sum of four lanes:                 v + v's halves swapped, then lane 0 + lane 1
(module
  (import "env" "memory" (memory 1))

  ;; --- A real FFT of n floats, as a complex one of n/2 doubles. A vector is one complex number: (re, im).

  ;; out[i] = signal[i] * window[i]: floats to doubles. n: a multiple of 4.
  (func (export "window") (param $signal i32) (param $window i32) (param $out i32) (param $n i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $n) (i32.const 3))))
    (loop $next
      (v128.store (local.get $out) (f64x2.mul
        (f64x2.promote_low_f32x4 (v128.load64_zero align=4 (local.get $signal)))
        (v128.load (local.get $window))))
      (v128.store offset=16 (local.get $out) (f64x2.mul
        (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 align=4 (local.get $signal)))
        (v128.load offset=16 (local.get $window))))
      (local.set $signal (i32.add (local.get $signal) (i32.const 16)))
      (local.set $window (i32.add (local.get $window) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $out) (local.get $end)))))

  ;; One pass of radix 4 (Stockham, decimation in frequency): $groups butterflies, each done for $stride neighbours.
  ;; $twiddles holds, for each group, (c, c) and (-s, s) of its three turns.
  (func (export "butterflies4") (param $from i32) (param $to i32) (param $twiddles i32)
    (param $groups i32) (param $stride i32)
    (local $far i32) (local $far2 i32) (local $far3 i32) (local $end i32) (local $next i32) (local $next2 i32)
    (local $next3 i32) (local $c1 v128) (local $s1 v128) (local $c2 v128) (local $s2 v128) (local $c3 v128)
    (local $s3 v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $sum v128) (local $i v128)
    (local $t v128)
    (local.set $next (i32.shl (local.get $stride) (i32.const 4)))
    (local.set $next2 (i32.shl (local.get $next) (i32.const 1)))
    (local.set $next3 (i32.add (local.get $next2) (local.get $next)))
    (local.set $far (i32.mul (local.get $groups) (local.get $next)))
    (local.set $far2 (i32.shl (local.get $far) (i32.const 1)))
    (local.set $far3 (i32.add (local.get $far2) (local.get $far)))
    (loop $group
      (local.set $c1 (v128.load (local.get $twiddles)))
      (local.set $s1 (v128.load offset=16 (local.get $twiddles)))
      (local.set $c2 (v128.load offset=32 (local.get $twiddles)))
      (local.set $s2 (v128.load offset=48 (local.get $twiddles)))
      (local.set $c3 (v128.load offset=64 (local.get $twiddles)))
      (local.set $s3 (v128.load offset=80 (local.get $twiddles)))
      (local.set $twiddles (i32.add (local.get $twiddles) (i32.const 96)))
      (local.set $end (i32.add (local.get $from) (local.get $next)))
      (loop $neighbour
        (local.set $c (v128.load (local.get $from)))
        (local.set $d (v128.load (i32.add (local.get $from) (local.get $far2))))
        (local.set $a (f64x2.add (local.get $c) (local.get $d)))
        (local.set $b (f64x2.sub (local.get $c) (local.get $d)))
        (local.set $c (v128.load (i32.add (local.get $from) (local.get $far))))
        (local.set $d (v128.load (i32.add (local.get $from) (local.get $far3))))
        (local.set $sum (f64x2.add (local.get $c) (local.get $d)))
        (local.set $i (f64x2.sub (local.get $c) (local.get $d)))
        ;; times -i: (im, -re)
        (local.set $i (v128.xor
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $i) (local.get $i))
          (v128.const i64x2 0 0x8000000000000000)))
        (v128.store (local.get $to) (f64x2.add (local.get $a) (local.get $sum)))
        (v128.store (i32.add (local.get $to) (local.get $next))
          (f64x2.add (f64x2.mul (local.tee $t (f64x2.add (local.get $b) (local.get $i))) (local.get $c1))
            (f64x2.mul
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $t) (local.get $t))
              (local.get $s1))))
        (v128.store (i32.add (local.get $to) (local.get $next2))
          (f64x2.add (f64x2.mul (local.tee $t (f64x2.sub (local.get $a) (local.get $sum))) (local.get $c2))
            (f64x2.mul
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $t) (local.get $t))
              (local.get $s2))))
        (v128.store (i32.add (local.get $to) (local.get $next3))
          (f64x2.add (f64x2.mul (local.tee $t (f64x2.sub (local.get $b) (local.get $i))) (local.get $c3))
            (f64x2.mul
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $t) (local.get $t))
              (local.get $s3))))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br_if $neighbour (i32.lt_u (local.get $from) (local.get $end))))
      (local.set $to (i32.add (local.get $to) (local.get $next3)))
      (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
      (br_if $group (local.get $groups))))

  ;; The last pass where a factor of 2 is left: sums and differences of $stride pairs.
  (func (export "butterflies2") (param $from i32) (param $to i32) (param $stride i32)
    (local $far i32) (local $end i32) (local $a v128) (local $b v128)
    (local.set $far (i32.shl (local.get $stride) (i32.const 4)))
    (local.set $end (i32.add (local.get $from) (local.get $far)))
    (loop $neighbour
      (local.set $a (v128.load (local.get $from)))
      (local.set $b (v128.load (i32.add (local.get $from) (local.get $far))))
      (v128.store (local.get $to) (f64x2.add (local.get $a) (local.get $b)))
      (v128.store (i32.add (local.get $to) (local.get $far)) (f64x2.sub (local.get $a) (local.get $b)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $neighbour (i32.lt_u (local.get $from) (local.get $end)))))

  ;; Parts the complex FFT of $half pairs into the spectrum of their 2 * $half real numbers and gives $half + 1 squared
  ;; magnitudes, as floats, 4 times too large: the window is halved instead. $twiddles holds (c, c) and (-s, s) of
  ;; -i e^(-i pi k / half) for k = 1 .. half / 2.
  (func (export "power") (param $pairs i32) (param $twiddles i32) (param $out i32) (param $half i32)
    (local $first v128) (local $mirror i32) (local $outMirror i32)
    (local $a v128) (local $b v128) (local $sum v128) (local $turned v128) (local $t v128) (local $x f64)
    (local.set $outMirror (i32.add (local.get $out) (i32.shl (local.get $half) (i32.const 2))))
    (local.set $mirror (i32.add (local.get $pairs) (i32.shl (local.get $half) (i32.const 4))))
    ;; 0 Hz and half the sampling rate: (re + im)^2 and (re - im)^2.
    (local.set $first (v128.load (local.get $pairs)))
    (local.set $first (f64x2.add (local.get $first) (local.get $first)))
    (local.set $x (f64.add (f64x2.extract_lane 0 (local.get $first)) (f64x2.extract_lane 1 (local.get $first))))
    (f32.store (local.get $out) (f32.demote_f64 (f64.mul (local.get $x) (local.get $x))))
    (local.set $x (f64.sub (f64x2.extract_lane 0 (local.get $first)) (f64x2.extract_lane 1 (local.get $first))))
    (f32.store (local.get $outMirror) (f32.demote_f64 (f64.mul (local.get $x) (local.get $x))))
    (loop $next
      (local.set $pairs (i32.add (local.get $pairs) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $mirror (i32.sub (local.get $mirror) (i32.const 16)))
      (local.set $outMirror (i32.sub (local.get $outMirror) (i32.const 4)))
      (local.set $a (v128.load (local.get $pairs)))
      (local.set $b (v128.xor (v128.load (local.get $mirror)) (v128.const i64x2 0 0x8000000000000000)))
      (local.set $sum (f64x2.add (local.get $a) (local.get $b)))
      (local.set $turned (f64x2.add
        (f64x2.mul (local.tee $t (f64x2.sub (local.get $a) (local.get $b))) (v128.load (local.get $twiddles)))
        (f64x2.mul
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $t) (local.get $t))
          (v128.load offset=16 (local.get $twiddles)))))
      (local.set $twiddles (i32.add (local.get $twiddles) (i32.const 32)))
      (local.set $a (f64x2.add (local.get $sum) (local.get $turned)))
      (local.set $b (f64x2.sub (local.get $sum) (local.get $turned)))
      (local.set $a (f64x2.mul (local.get $a) (local.get $a)))
      (local.set $b (f64x2.mul (local.get $b) (local.get $b)))
      (local.set $a (f32x4.demote_f64x2_zero (f64x2.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b)))))
      (v128.store32_lane 1 (local.get $outMirror) (local.get $a))
      (v128.store32_lane 0 (local.get $out) (local.get $a))
      (br_if $next (i32.lt_u (local.get $pairs) (local.get $mirror)))))

  ;; --- Bands, decibels, filters: floats, four at a time.

  ;; One frame's mel bands. Each row of the sparse filter bank is two integers (where its first bin lies, from $power,
  ;; and the number of groups of four weights); the weights of all rows follow each other in $weights.
  (func (export "mel") (param $power i32) (param $rows i32) (param $rowCount i32) (param $weights i32)
    (param $out i32) (param $stride i32)
    (local $bin i32) (local $groups i32) (local $sum v128) (local $end i32)
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $rowCount) (i32.const 3))))
    (loop $row
      (local.set $bin (i32.add (local.get $power) (i32.load (local.get $rows))))
      (local.set $groups (i32.load offset=4 (local.get $rows)))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (block $empty
        (br_if $empty (i32.eqz (local.get $groups)))
        (loop $group
          (local.set $sum (f32x4.add (local.get $sum)
            (f32x4.mul (v128.load align=4 (local.get $bin)) (v128.load (local.get $weights)))))
          (local.set $bin (i32.add (local.get $bin) (i32.const 16)))
          (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
          (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
          (br_if $group (local.get $groups))))
      (f32.store (local.get $out) (f32.add
        (f32x4.extract_lane 0 (local.tee $sum (f32x4.add (local.get $sum)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $sum) (local.get $sum)))))
        (f32x4.extract_lane 1 (local.get $sum))))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
      (br_if $row (i32.lt_u (local.get $rows) (local.get $end)))))

  ;; values[i] = 10 log10(max(values[i], amin)) in place; gives the largest. n: a multiple of 4. amin: a normal float.
  ;; x = 2^e m with m in [sqrt(1/2), sqrt 2), s = (m - 1) / (m + 1), and
  ;; ln m = 2 atanh s = 2 (s + s^3/3 + s^5/5 + ...), which five terms give to the last bit since |s| < 0.172.
  (func (export "decibels") (param $values i32) (param $n i32) (param $amin f32) (result f32)
    (local $end i32) (local $x v128) (local $e v128) (local $m v128) (local $s v128) (local $q v128)
    (local $floor v128) (local $max v128)
    (local.set $end (i32.add (local.get $values) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $floor (f32x4.splat (local.get $amin)))
    (local.set $max (v128.const f32x4 -inf -inf -inf -inf))
    (loop $next
      (local.set $x (f32x4.pmax (v128.load (local.get $values)) (local.get $floor)))
      ;; 0x3f3504f3 is sqrt(1/2).
      (local.set $e (i32x4.shr_s
        (i32x4.sub (local.get $x) (v128.const i32x4 0x3f3504f3 0x3f3504f3 0x3f3504f3 0x3f3504f3)) (i32.const 23)))
      (local.set $m (i32x4.sub (local.get $x) (i32x4.shl (local.get $e) (i32.const 23))))
      (local.set $s (f32x4.div
        (f32x4.sub (local.get $m) (v128.const f32x4 1 1 1 1))
        (f32x4.add (local.get $m) (v128.const f32x4 1 1 1 1))))
      (local.set $q (f32x4.mul (local.get $s) (local.get $s)))
      ;; The coefficients are 20 / ln 10 over 9, 7, 5, 3, 1.
      (local.set $x (v128.const f32x4 0.96509885 0.96509885 0.96509885 0.96509885))
      (local.set $x (f32x4.add (f32x4.mul (local.get $x) (local.get $q))
        (v128.const f32x4 1.24084138 1.24084138 1.24084138 1.24084138)))
      (local.set $x (f32x4.add (f32x4.mul (local.get $x) (local.get $q))
        (v128.const f32x4 1.73717793 1.73717793 1.73717793 1.73717793)))
      (local.set $x (f32x4.add (f32x4.mul (local.get $x) (local.get $q))
        (v128.const f32x4 2.89529655 2.89529655 2.89529655 2.89529655)))
      (local.set $x (f32x4.add (f32x4.mul (local.get $x) (local.get $q))
        (v128.const f32x4 8.68588964 8.68588964 8.68588964 8.68588964)))
      (local.set $x (f32x4.add
        (f32x4.mul (f32x4.convert_i32x4_s (local.get $e))
          (v128.const f32x4 3.01029996 3.01029996 3.01029996 3.01029996))
        (f32x4.mul (local.get $x) (local.get $s))))
      (v128.store (local.get $values) (local.get $x))
      (local.set $max (f32x4.pmax (local.get $max) (local.get $x)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $values) (local.get $end))))
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $max)) (f32x4.extract_lane 1 (local.get $max)))
      (f32.max (f32x4.extract_lane 2 (local.get $max)) (f32x4.extract_lane 3 (local.get $max)))))

  ;; A polyphase filter: out[i] = sum over j of signal[position + j] * bank[phase][j], where after each output the phase
  ;; grows by $phaseStep and the position by $step, and by one more when the phase passes $phases.
  ;; taps: a multiple of 16.
  (func (export "polyphase") (param $signal i32) (param $bank i32) (param $taps i32) (param $out i32) (param $n i32)
    (param $phase i32) (param $phaseStep i32) (param $step i32) (param $phases i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $x i32) (local $h i32) (local $end i32) (local $bytes i32)
    (if (i32.eqz (local.get $n)) (then (return)))
    (local.set $bytes (i32.shl (local.get $taps) (i32.const 2)))
    (loop $output
      (local.set $x (local.get $signal))
      (local.set $h (i32.add (local.get $bank) (i32.mul (local.get $phase) (local.get $bytes))))
      (local.set $end (i32.add (local.get $h) (local.get $bytes)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (v128.const f32x4 0 0 0 0))
      (local.set $c (v128.const f32x4 0 0 0 0))
      (local.set $d (v128.const f32x4 0 0 0 0))
      (loop $tap
        (local.set $a (f32x4.add (local.get $a)
          (f32x4.mul (v128.load align=4 (local.get $x)) (v128.load (local.get $h)))))
        (local.set $b (f32x4.add (local.get $b)
          (f32x4.mul (v128.load offset=16 align=4 (local.get $x)) (v128.load offset=16 (local.get $h)))))
        (local.set $c (f32x4.add (local.get $c)
          (f32x4.mul (v128.load offset=32 align=4 (local.get $x)) (v128.load offset=32 (local.get $h)))))
        (local.set $d (f32x4.add (local.get $d)
          (f32x4.mul (v128.load offset=48 align=4 (local.get $x)) (v128.load offset=48 (local.get $h)))))
        (local.set $x (i32.add (local.get $x) (i32.const 64)))
        (local.set $h (i32.add (local.get $h) (i32.const 64)))
        (br_if $tap (i32.lt_u (local.get $h) (local.get $end))))
      (local.set $a (f32x4.add
        (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
      (f32.store (local.get $out) (f32.add
        (f32x4.extract_lane 0 (local.tee $a (f32x4.add (local.get $a)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $a) (local.get $a)))))
        (f32x4.extract_lane 1 (local.get $a))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $signal (i32.add (local.get $signal) (i32.shl (local.get $step) (i32.const 2))))
      (local.set $phase (i32.add (local.get $phase) (local.get $phaseStep)))
      (if (i32.ge_u (local.get $phase) (local.get $phases))
        (then
          (local.set $phase (i32.sub (local.get $phase) (local.get $phases)))
          (local.set $signal (i32.add (local.get $signal) (i32.const 4)))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $output (local.get $n))))

  ;; The same for ratios with too many phases to store: $bank holds $rows + 1 of them, evenly spaced, and each output
  ;; lies between two. taps: a multiple of 8.
  (func (export "polyphaseBetween") (param $signal i32) (param $bank i32) (param $taps i32) (param $out i32)
    (param $n i32) (param $phase i32) (param $phaseStep i32) (param $step i32) (param $phases i32) (param $rows i32)
    (local $a v128) (local $b v128) (local $xs v128) (local $x i32) (local $h i32) (local $end i32) (local $bytes i32)
    (local $row i32) (local $at f64) (local $low f32) (local $high f32)
    (if (i32.eqz (local.get $n)) (then (return)))
    (local.set $bytes (i32.shl (local.get $taps) (i32.const 2)))
    (loop $output
      (local.set $at (f64.div
        (f64.mul (f64.convert_i32_u (local.get $phase)) (f64.convert_i32_u (local.get $rows)))
        (f64.convert_i32_u (local.get $phases))))
      (local.set $row (i32.trunc_f64_u (local.get $at)))
      (local.set $x (local.get $signal))
      (local.set $h (i32.add (local.get $bank) (i32.mul (local.get $row) (local.get $bytes))))
      (local.set $end (i32.add (local.get $h) (local.get $bytes)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (v128.const f32x4 0 0 0 0))
      (loop $tap
        (local.set $xs (v128.load align=4 (local.get $x)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $xs) (v128.load (local.get $h)))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $xs)
          (v128.load (i32.add (local.get $h) (local.get $bytes))))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $h (i32.add (local.get $h) (i32.const 16)))
        (br_if $tap (i32.lt_u (local.get $h) (local.get $end))))
      (local.set $low (f32.add
        (f32x4.extract_lane 0 (local.tee $a (f32x4.add (local.get $a)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $a) (local.get $a)))))
        (f32x4.extract_lane 1 (local.get $a))))
      (local.set $high (f32.add
        (f32x4.extract_lane 0 (local.tee $b (f32x4.add (local.get $b)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $b) (local.get $b)))))
        (f32x4.extract_lane 1 (local.get $b))))
      (f32.store (local.get $out) (f32.add (local.get $low)
        (f32.mul (f32.sub (local.get $high) (local.get $low))
          (f32.demote_f64 (f64.sub (local.get $at) (f64.convert_i32_u (local.get $row)))))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $signal (i32.add (local.get $signal) (i32.shl (local.get $step) (i32.const 2))))
      (local.set $phase (i32.add (local.get $phase) (local.get $phaseStep)))
      (if (i32.ge_u (local.get $phase) (local.get $phases))
        (then
          (local.set $phase (i32.sub (local.get $phase) (local.get $phases)))
          (local.set $signal (i32.add (local.get $signal) (i32.const 4)))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $output (local.get $n))))

  ;; --- Levels: doubles.

  ;; One tick of sound: squares of the A, C and unweighted signal, and their figures.
  ;; $samples: $n >= 1 floats, before them the two last of the tick before, behind them zeros up to a multiple of 4.
  ;; $filter: poles of lowCut, highCut (both double) and midCut (two), the share that Fast keeps, and highCut's numerator
  ;; as the factors of z^-1 and z^-2. $state: what each stage gave last: the numerator, then the seven poles in that order.
  ;; $figures: sums of squares A and Z, the largest Fast, peak C squared, peak, samples at full scale.
  ;; $a, $c, $z have room for $n rounded up to a multiple of 4.
  (func (export "levels") (param $samples i32) (param $n i32) (param $filter i32) (param $state i32)
    (param $figures i32) (param $a i32) (param $c i32) (param $z i32)
    (local $end i32) (local $from i32) (local $x v128) (local $low v128) (local $high v128) (local $before v128)
    (local $b1 v128) (local $b2 v128) (local $peak v128) (local $clipped v128) (local $sum v128)
    (local $lowPole v128) (local $highPole v128) (local $midPole v128) (local $midPole2 v128) (local $keep v128)
    (local $in v128) (local $low1 v128) (local $low2 v128) (local $high1 v128) (local $high2 v128)
    (local $mid1 v128) (local $mid2 v128) (local $fast v128) (local $max v128) (local $next v128)

    ;; What needs no memory, four samples at a time. highCut's numerator comes first; $c holds the result for now.
    (local.set $b1 (v128.load64_splat offset=40 (local.get $filter)))
    (local.set $b2 (v128.load64_splat offset=48 (local.get $filter)))
    (local.set $before (f64x2.promote_low_f32x4
      (v128.load64_zero align=4 (i32.sub (local.get $samples) (i32.const 8)))))
    (local.set $from (local.get $c))
    (local.set $end (i32.add (local.get $c) (i32.shl (local.get $n) (i32.const 3))))
    (loop $four
      (local.set $x (v128.load (local.get $samples)))
      (local.set $low (f64x2.promote_low_f32x4 (local.get $x)))
      (local.set $high (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $x) (local.get $x))))
      (local.set $x (f32x4.abs (local.get $x)))
      (local.set $peak (f32x4.pmax (local.get $peak) (local.get $x)))
      ;; At full scale is 32767 / 32768 and above. True is -1.
      (local.set $clipped (i32x4.sub (local.get $clipped) (f32x4.ge (local.get $x)
        (v128.const f32x4 0.999969482421875 0.999969482421875 0.999969482421875 0.999969482421875))))
      (v128.store (local.get $z) (local.tee $next (f64x2.mul (local.get $low) (local.get $low))))
      (local.set $sum (f64x2.add (local.get $sum) (local.get $next)))
      (v128.store offset=16 (local.get $z) (local.tee $next (f64x2.mul (local.get $high) (local.get $high))))
      (local.set $sum (f64x2.add (local.get $sum) (local.get $next)))
      (v128.store (local.get $from) (f64x2.add
        (f64x2.add (local.get $low) (f64x2.mul (local.get $b1)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $before) (local.get $low))))
        (f64x2.mul (local.get $b2) (local.get $before))))
      (v128.store offset=16 (local.get $from) (f64x2.add
        (f64x2.add (local.get $high) (f64x2.mul (local.get $b1)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $low) (local.get $high))))
        (f64x2.mul (local.get $b2) (local.get $low))))
      (local.set $before (local.get $high))
      (local.set $samples (i32.add (local.get $samples) (i32.const 16)))
      (local.set $z (i32.add (local.get $z) (i32.const 32)))
      (local.set $from (i32.add (local.get $from) (i32.const 32)))
      (br_if $four (i32.lt_u (local.get $from) (local.get $end))))
    (f64.store offset=8 (local.get $figures)
      (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))
    (local.set $peak (f32x4.pmax (local.get $peak)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $peak) (local.get $peak))))
    (f64.store offset=32 (local.get $figures) (f64.promote_f32
      (f32.max (f32x4.extract_lane 0 (local.get $peak)) (f32x4.extract_lane 1 (local.get $peak)))))
    (local.set $clipped (i32x4.add (local.get $clipped)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $clipped) (local.get $clipped))))
    (f64.store offset=40 (local.get $figures) (f64.convert_i32_u
      (i32.add (i32x4.extract_lane 0 (local.get $clipped)) (i32x4.extract_lane 1 (local.get $clipped)))))

    ;; The recursion, one sample at a time: each stage is a chain of a product and a sum, and the processor runs the chains
    ;; side by side. Vectors, of which lane 0 counts, because a vector's maximum is one instruction, a number's several.
    (local.set $lowPole (v128.load64_splat (local.get $filter)))
    (local.set $highPole (v128.load64_splat offset=8 (local.get $filter)))
    (local.set $midPole (v128.load64_splat offset=16 (local.get $filter)))
    (local.set $midPole2 (v128.load64_splat offset=24 (local.get $filter)))
    (local.set $keep (v128.load64_splat offset=32 (local.get $filter)))
    (local.set $in (v128.load64_splat (local.get $state)))
    (local.set $low1 (v128.load64_splat offset=8 (local.get $state)))
    (local.set $low2 (v128.load64_splat offset=16 (local.get $state)))
    (local.set $high1 (v128.load64_splat offset=24 (local.get $state)))
    (local.set $high2 (v128.load64_splat offset=32 (local.get $state)))
    (local.set $mid1 (v128.load64_splat offset=40 (local.get $state)))
    (local.set $mid2 (v128.load64_splat offset=48 (local.get $state)))
    (local.set $fast (v128.load64_splat offset=56 (local.get $state)))
    (local.set $sum (v128.const f64x2 0 0))
    (local.set $peak (v128.const f64x2 0 0))
    (loop $one
      (local.set $x (v128.load64_splat (local.get $c)))
      (local.set $next (f64x2.add (f64x2.mul (local.get $lowPole) (local.get $low1))
        (f64x2.sub (local.get $x) (local.get $in))))
      (local.set $in (local.get $x))
      (local.set $low2 (f64x2.add (f64x2.mul (local.get $lowPole) (local.get $low2))
        (f64x2.sub (local.get $next) (local.get $low1))))
      (local.set $low1 (local.get $next))
      (local.set $high1 (f64x2.add (f64x2.mul (local.get $highPole) (local.get $high1)) (local.get $low2)))
      (local.set $x (f64x2.add (f64x2.mul (local.get $highPole) (local.get $high2)) (local.get $high1)))
      (local.set $next (f64x2.add (f64x2.mul (local.get $midPole) (local.get $mid1))
        (f64x2.sub (local.get $x) (local.get $high2))))
      (local.set $high2 (local.get $x))
      (local.set $mid2 (f64x2.add (f64x2.mul (local.get $midPole2) (local.get $mid2))
        (f64x2.sub (local.get $next) (local.get $mid1))))
      (local.set $mid1 (local.get $next))
      (local.set $x (f64x2.mul (local.get $high2) (local.get $high2)))
      (v128.store64_lane 0 (local.get $c) (local.get $x))
      (local.set $peak (f64x2.pmax (local.get $peak) (local.get $x)))
      (local.set $x (f64x2.mul (local.get $mid2) (local.get $mid2)))
      (v128.store64_lane 0 (local.get $a) (local.get $x))
      (local.set $sum (f64x2.add (local.get $sum) (local.get $x)))
      (local.set $fast (f64x2.add (f64x2.mul (local.get $keep) (local.get $fast)) (local.get $x)))
      (local.set $max (f64x2.pmax (local.get $max) (local.get $fast)))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (local.set $c (i32.add (local.get $c) (i32.const 8)))
      (br_if $one (i32.lt_u (local.get $c) (local.get $end))))
    (v128.store64_lane 0 (local.get $figures) (local.get $sum))
    (v128.store64_lane offset=16 0 (local.get $figures) (local.get $max))
    (v128.store64_lane offset=24 0 (local.get $figures) (local.get $peak))
    (v128.store64_lane 0 (local.get $state) (local.get $in))
    (v128.store64_lane offset=8 0 (local.get $state) (local.get $low1))
    (v128.store64_lane offset=16 0 (local.get $state) (local.get $low2))
    (v128.store64_lane offset=24 0 (local.get $state) (local.get $high1))
    (v128.store64_lane offset=32 0 (local.get $state) (local.get $high2))
    (v128.store64_lane offset=40 0 (local.get $state) (local.get $mid1))
    (v128.store64_lane offset=48 0 (local.get $state) (local.get $mid2))
    (v128.store64_lane offset=56 0 (local.get $state) (local.get $fast)))
)
