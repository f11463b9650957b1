/* The stage, as it was linked. */
    .section .rodata
    .globl spaces_stage_begin
    .globl spaces_stage_end
    .hidden spaces_stage_begin
    .hidden spaces_stage_end
    .balign 4096
spaces_stage_begin:
    .incbin SPACES_STAGE_FILE
spaces_stage_end:
    .section .note.GNU-stack, "", %progbits
