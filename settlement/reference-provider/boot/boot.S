# The boot sector of the small disk images: it says who it is on the first serial line.
#
# When it starts, and whenever it is sent a line feed, it prints one line of JSON:
#   {"name":"<name>                  from this sector, so each image has its own
#   ","instance_id":"...",...}\n     the first sector of the second disk, as the provider wrote it
#
# src/boot_sector.rs has the assembled bytes of the code; a test assembles this file and compares:
#   as --32 -o boot.o boot.S && objcopy -O binary -j .text boot.o boot.bin

        .code16
        .text
        .equ    ORIGIN, 0x7c00          # where the BIOS puts this sector
        .equ    METADATA, 0x7e00        # where the second disk's first sector goes
        .equ    DATA, 0x3f8             # first serial port: data register
        .equ    STATUS, 0x3fd           # first serial port: line status register

start:  xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $ORIGIN, %sp
        cld
        sti                             # the timer's interrupt ends hlt below
        movb    %al, METADATA           # an empty text, should there be no second disk
        movw    $0x0201, %ax            # BIOS: read one sector
        movw    $0x0001, %cx            # cylinder 0, sector 1
        movw    $0x0081, %dx            # head 0, second disk
        movw    $METADATA, %bx
        int     $0x13

say:    movw    $(opening - start + ORIGIN), %si
        call    print
        movw    $(name - start + ORIGIN), %si
        call    print
        movw    $METADATA, %si
        call    print

rest:   hlt                             # until the next interrupt, 18 times a second
listen: movw    $STATUS, %dx
        inb     %dx, %al
        testb   $0x01, %al              # a byte has come
        jz      rest
        movw    $DATA, %dx
        inb     %dx, %al
        cmpb    $0x0a, %al
        je      say
        jmp     listen

print:  lodsb                           # prints the text at si up to its zero
        testb   %al, %al
        jz      1f
        movb    %al, %ah
        movw    $STATUS, %dx
2:      inb     %dx, %al
        testb   $0x20, %al              # ready for the next byte
        jz      2b
        movb    %ah, %al
        movw    $DATA, %dx
        outb    %al, %dx
        jmp     print
1:      ret

opening:
        .asciz  "{\"name\":\""
code_end:

        .org    0x180                   # at most 61 bytes and a zero, before the partition table
name:   .asciz  "unnamed"

        .org    0x1fe
        .byte   0x55, 0xaa              # what makes it a boot sector
