#pragma once

#include <array>

namespace farboot::vmchooser::testing
{

/// A whole operating system in one sector: it prints "farboot: stage: virtual-os-up" on the first serial line and on
/// the screen, waits for a key, prints "boot-sector-key", and powers off (SeaBIOS puts the ACPI control register of
/// QEMU's machines to 0x604).
// clang-format off: an instruction a line
inline constexpr std::array<unsigned char, 512> boot_sector = [] {
    std::array<unsigned char, 512> sector = {
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0x8e, 0xd0, // mov ss, ax
        0xbc, 0x00, 0x7c, // mov sp, 0x7c00
        0xfc, // cld
        0xbe, 0x3b, 0x7c, // mov si, marker
        0xe8, 0x14, 0x00, // call print
        0x31, 0xc0, // xor ax, ax
        0xcd, 0x16, // int 0x16: wait for a key
        0xbe, 0x5b, 0x7c, // mov si, bye
        0xe8, 0x0a, 0x00, // call print
        0xba, 0x04, 0x06, // mov dx, 0x604
        0xb8, 0x00, 0x20, // mov ax, 0x2000
        0xef, // out dx, ax: power off
        0xf4, // halt: hlt
        0xeb, 0xfd, // jmp halt
        0xac, // print: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x11, // jz done
        0x88, 0xc3, // mov bl, al
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xee, // out dx, al
        0xb4, 0x0e, // mov ah, 0x0e
        0x88, 0xd8, // mov al, bl
        0xbb, 0x07, 0x00, // mov bx, 7
        0xcd, 0x10, // int 0x10
        0xeb, 0xea, // jmp print
        0xc3, // done: ret
        // marker
        'f', 'a', 'r', 'b', 'o', 'o', 't', ':', ' ', 's', 't', 'a', 'g', 'e', ':', ' ', 'v', 'i', 'r', 't', 'u', 'a', 'l', '-', 'o', 's', '-', 'u', 'p', '\r', '\n', 0,
        // bye
        'b', 'o', 'o', 't', '-', 's', 'e', 'c', 't', 'o', 'r', '-', 'k', 'e', 'y', '\r', '\n', 0,
    };
    sector[510] = 0x55;
    sector[511] = 0xaa;
    return sector;
}();

/// Another one: it prints the volume's name of the first CD (ECMA-119, 8.4) on the first serial line, and stops. To the
/// BIOS of QEMU's machines (SeaBIOS) that is the drive 0xe0.
inline constexpr std::array<unsigned char, 512> cd_reader = [] {
    std::array<unsigned char, 512> sector = {
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0x8e, 0xd0, // mov ss, ax
        0xbc, 0x00, 0x7c, // mov sp, 0x7c00
        0xfc, // cld
        0xbe, 0x2f, 0x7c, // mov si, packet
        0xb4, 0x42, // mov ah, 0x42: extended read
        0xb2, 0xe0, // mov dl, 0xe0
        0xcd, 0x13, // int 0x13
        0x72, 0x17, // jc halt
        0x66, 0xc7, 0x06, 0x2f, 0x80, 0x0d, 0x0a, 0x00, 0x00, // mov dword [0x802f], "\r\n": behind seven letters
        0xbe, 0x28, 0x80, // mov si, 0x8028
        0xac, // print: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x06, // jz halt
        0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xee, // out dx, al
        0xeb, 0xf5, // jmp print
        0xf4, // halt: hlt
        0xeb, 0xfd, // jmp halt
        // packet: one sector, the volume's descriptor, to 0x8000
        0x10, 0x00, 0x01, 0x00, 0x00, 0x80, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    };
    sector[510] = 0x55;
    sector[511] = 0xaa;
    return sector;
}();
// clang-format on

} // namespace farboot::vmchooser::testing
