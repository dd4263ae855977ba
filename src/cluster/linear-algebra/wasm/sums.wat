;; Sums of rows and of roots on 64-bit floats. Pointers and strides are in bytes, counts in numbers.
;; `scalar-kernels.ts` says the same in TypeScript, bit for bit: it is the fallback, and the tests hold one against the
;; other. After a change run `node scripts/build-kernels.mjs`, which writes `sums-wasm.ts`.
(module
  (import "env" "memory" (memory 1))

  ;; Adds each row to the sum that its label names; rows with a label below 0 are left out. $length is a multiple of 4.
  (func (export "addRows") (param $rows i32) (param $count i32) (param $length i32) (param $labels i32)
    (param $sums i32)
    (local $bytes i32) (local $label i32) (local $to i32) (local $end i32) (local $p i32)
    (local.set $bytes (i32.shl (local.get $length) (i32.const 3)))
    (loop $next
      (local.set $label (i32.load (local.get $labels)))
      (if (i32.ge_s (local.get $label) (i32.const 0)) (then
        (local.set $p (local.get $rows))
        (local.set $to (i32.add (local.get $sums) (i32.mul (local.get $label) (local.get $bytes))))
        (local.set $end (i32.add (local.get $to) (local.get $bytes)))
        (loop $along
          (v128.store (local.get $to) (f64x2.add (v128.load (local.get $to)) (v128.load (local.get $p))))
          (v128.store offset=16 (local.get $to)
            (f64x2.add (v128.load offset=16 (local.get $to)) (v128.load offset=16 (local.get $p))))
          (local.set $p (i32.add (local.get $p) (i32.const 32)))
          (local.set $to (i32.add (local.get $to) (i32.const 32)))
          (br_if $along (i32.lt_u (local.get $to) (local.get $end))))))
      (local.set $rows (i32.add (local.get $rows) (local.get $bytes)))
      (local.set $labels (i32.add (local.get $labels) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $next (local.get $count))))

  ;; sums += weight row, for each row with a weight that is not zero.
  (func (export "addWeighted") (param $rows i32) (param $count i32) (param $length i32) (param $weights i32)
    (param $sums i32)
    (local $bytes i32) (local $i i32) (local $w v128) (local $p i32) (local $to i32)
    (local.set $bytes (i32.shl (local.get $length) (i32.const 3)))
    (loop $next
      (if (f64.ne (f64.load (local.get $weights)) (f64.const 0)) (then
        (local.set $w (v128.load64_splat (local.get $weights)))
        (local.set $i (i32.const 0))
        (loop $along
          (local.set $p (i32.add (local.get $rows) (local.get $i)))
          (local.set $to (i32.add (local.get $sums) (local.get $i)))
          (v128.store (local.get $to)
            (f64x2.add (v128.load (local.get $to)) (f64x2.mul (local.get $w) (v128.load (local.get $p)))))
          (v128.store offset=16 (local.get $to)
            (f64x2.add (v128.load offset=16 (local.get $to))
              (f64x2.mul (local.get $w) (v128.load offset=16 (local.get $p)))))
          (local.set $i (i32.add (local.get $i) (i32.const 32)))
          (br_if $along (i32.lt_u (local.get $i) (local.get $bytes))))))
      (local.set $rows (i32.add (local.get $rows) (local.get $bytes)))
      (local.set $weights (i32.add (local.get $weights) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $next (local.get $count))))

  ;; The same with squares of the row less a point: sums += weight (row - point)^2.
  (func (export "addWeightedSquares") (param $rows i32) (param $count i32) (param $length i32) (param $weights i32)
    (param $point i32) (param $sums i32)
    (local $bytes i32) (local $i i32) (local $w v128) (local $p i32) (local $to i32) (local $d v128)
    (local.set $bytes (i32.shl (local.get $length) (i32.const 3)))
    (loop $next
      (if (f64.ne (f64.load (local.get $weights)) (f64.const 0)) (then
        (local.set $w (v128.load64_splat (local.get $weights)))
        (local.set $i (i32.const 0))
        (loop $along
          (local.set $p (i32.add (local.get $rows) (local.get $i)))
          (local.set $to (i32.add (local.get $sums) (local.get $i)))
          (local.set $d (f64x2.sub (v128.load (local.get $p))
            (v128.load (i32.add (local.get $point) (local.get $i)))))
          (v128.store (local.get $to) (f64x2.add (v128.load (local.get $to))
            (f64x2.mul (local.get $w) (f64x2.mul (local.get $d) (local.get $d)))))
          (local.set $d (f64x2.sub (v128.load offset=16 (local.get $p))
            (v128.load offset=16 (i32.add (local.get $point) (local.get $i)))))
          (v128.store offset=16 (local.get $to) (f64x2.add (v128.load offset=16 (local.get $to))
            (f64x2.mul (local.get $w) (f64x2.mul (local.get $d) (local.get $d)))))
          (local.set $i (i32.add (local.get $i) (i32.const 32)))
          (br_if $along (i32.lt_u (local.get $i) (local.get $bytes))))))
      (local.set $rows (i32.add (local.get $rows) (local.get $bytes)))
      (local.set $weights (i32.add (local.get $weights) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $next (local.get $count))))

  ;; Turns squared distances into distances, adds each to its sum, and gives their total. $count is a multiple of 2.
  (func (export "addRoots") (param $squares i32) (param $count i32) (param $sums i32) (result f64)
    (local $end i32) (local $d v128) (local $total v128)
    (local.set $end (i32.add (local.get $squares) (i32.shl (local.get $count) (i32.const 3))))
    (loop $next
      (local.set $d (f64x2.sqrt (v128.load (local.get $squares))))
      (v128.store (local.get $sums) (f64x2.add (v128.load (local.get $sums)) (local.get $d)))
      (local.set $total (f64x2.add (local.get $total) (local.get $d)))
      (local.set $squares (i32.add (local.get $squares) (i32.const 16)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $squares) (local.get $end))))
    (f64.add (f64x2.extract_lane 0 (local.get $total)) (f64x2.extract_lane 1 (local.get $total))))

  ;; Turns inner products with a row into squared distances to it, $square + squares - 2 products, in place. Gives whether
  ;; all are larger than $least times the squares, below which rounding weighs too much. $count is a multiple of 2.
  (func (export "squaresFromProducts") (param $products i32) (param $squares i32) (param $count i32) (param $square f64)
    (param $least f64) (result i32)
    (local $end i32) (local $both v128) (local $d v128) (local $near v128)
    (local.set $end (i32.add (local.get $products) (i32.shl (local.get $count) (i32.const 3))))
    (loop $next
      (local.set $both (f64x2.add (f64x2.splat (local.get $square)) (v128.load (local.get $squares))))
      (local.set $d (v128.load (local.get $products)))
      (local.set $d (f64x2.sub (local.get $both) (f64x2.add (local.get $d) (local.get $d))))
      (v128.store (local.get $products) (local.get $d))
      (local.set $near (v128.or (local.get $near)
        (f64x2.le (local.get $d) (f64x2.mul (f64x2.splat (local.get $least)) (local.get $both)))))
      (local.set $products (i32.add (local.get $products) (i32.const 16)))
      (local.set $squares (i32.add (local.get $squares) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $products) (local.get $end))))
    (i32.eqz (v128.any_true (local.get $near)))))
