/* spaces_clone_call(number, a, b, c, child_tid, function, argument): the system call `number`, clone3(a, b) or
   clone(a, b, c, child_tid), whose child starts on a stack of its own: it calls function(argument) and ends with
   what that returns. The parent gets the kernel's answer. libc's clone(3) has no clone3, and both must do nothing
   else in a child that shares our memory. */
    .text
    .globl spaces_clone_call
    .hidden spaces_clone_call
    .type spaces_clone_call, %function
spaces_clone_call:
    .cfi_startproc
#if defined(__x86_64__)
    endbr64
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq 8(%rsp), %r8 /* kept for the child; read by the kernel with CLONE_SETTLS only */
    syscall
    testq %rax, %rax
    jz 1f
    ret
1:
    .cfi_undefined rip
    xorl %ebp, %ebp
    movq %r8, %rdi
    call *%r9
    movl %eax, %edi
    movl $60, %eax /* exit */
    syscall
    hlt
#elif defined(__aarch64__)
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, xzr
    svc #0
    cbz x0, 1f
    ret
1:
    .cfi_undefined x30
    mov x29, xzr
    mov x30, xzr
    mov x0, x6
    blr x5
    mov x8, #93 /* exit */
    svc #0
    brk #0
#else
#error "libspaces runs on x86-64 and arm64"
#endif
    .cfi_endproc
    .size spaces_clone_call, . - spaces_clone_call
    .section .note.GNU-stack, "", %progbits
