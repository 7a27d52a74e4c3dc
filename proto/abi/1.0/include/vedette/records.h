/// The records that sources emit, with the names and types of their fields. A source declares those that it
/// can fill, under ids of its own; the host checks names and types against this list, and refuses a record
/// that lacks a field marked *. The time of a record is given to begin, not as a field.
///
/// A name in [] is a list: declared with VDT_FIELD_LIST and given once for each element. Types are text
/// unless said. In every record: `id` is the caller's own id (else the host makes one from the content),
/// `extra` is a JSON object, as text, of what has no field here.
///
/// persona         platform*, account_id*, handle*, display_name*, created_at (time), changed_at (time), bio,
///                 employer, title, location, url, links [], languages [], verified (flag), followers (u64),
///                 following (u64), posts (u64), avatar_sha256, avatar_phash, extra, id
/// persona_change  platform*, account_id*, field*, from, to, extra, id
/// outreach        platform*, kind* (connection_request | follow | direct_message | mention | reply | invite
/// |
///                 email | call), from_account_id or from_handle*, to_account_id, to_handle, to_email or
///                 to_employee*, text, links [], outcome (pending | accepted | ignored | declined |
///                 reported), reported_by, extra, id
/// process         host*, pid (u64) or guid*, image*, command_line, cwd, user, logon, parent_pid (u64),
/// parent_guid,
///                 parent_image, parent_command_line, end (time), sha256, signer, event (start | end |
///                 snapshot), extra, id
/// connection      host*, pid (u64) or guid*, image, proto*, dest_ip* (ip), dest_port* (u64), src_ip (ip),
///                 src_port (u64), initiated (flag), dest_name, extra, id
/// asset           host*, ips [] (ip), macs [] (mac), names [], owner, since (time), until (time), extra, id
#ifndef VEDETTE_RECORDS_H
#define VEDETTE_RECORDS_H

#include "vedette/types.h"

#define VDT_RECORD_PERSONA "persona"
#define VDT_RECORD_PERSONA_CHANGE "persona_change"
#define VDT_RECORD_OUTREACH "outreach"
#define VDT_RECORD_PROCESS "process"
#define VDT_RECORD_CONNECTION "connection"
#define VDT_RECORD_ASSET "asset"

#endif
