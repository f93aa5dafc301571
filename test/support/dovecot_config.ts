export interface DovecotConfigParts {
  /** Owned by the user Dovecot runs as. */
  readonly directory: string;
  /** Name of that user, and of its group. */
  readonly user: string;
  readonly group: string;
  readonly ports: { readonly imap: number; readonly imaps: number; readonly lmtp: number };
  readonly certFile: string;
  readonly keyFile: string;
  readonly namespace: DovecotNamespace;
  /** With it the server takes access tokens, too, and asks there whether one is good (RFC 7662). */
  readonly introspectionUrl: string | undefined;
}

/** How the server names folders: "INBOX.Done" with separator "." and prefix "INBOX.". */
export interface DovecotNamespace {
  readonly separator: string;
  readonly prefix: string;
  /** An account that holds so many mails takes no more. */
  readonly maxMails?: number;
  /** Folders that are nobody's own, under this prefix. */
  readonly publicPrefix?: string;
}

/** Every user name works with this password, so a new name is a new empty mailbox. */
export const dovecotPassword = "secret";

/**
 * A private Dovecot 2.3 that needs no root. A wrong password costs no waiting here, neither its own (auth_failure_delay) nor
 * that of the next logins (anvil-auth-penalty). One setting per line: a brace with a setting on the
 * same line is an error.
 */
export function dovecotConfig({
  directory,
  user,
  group,
  ports,
  certFile,
  keyFile,
  namespace,
  introspectionUrl,
}: DovecotConfigParts): string {
  return `base_dir = ${directory}/run
state_dir = ${directory}/run
instance_name = app_runtime_test
log_path = ${directory}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
mail_uid = ${user}
mail_gid = ${group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:${directory}/mail/%u
ssl = yes
ssl_cert = <${certFile}
ssl_key = <${keyFile}
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 50
${introspectionUrl === undefined ? "" : tokenLogin(directory)}passdb {
  driver = static
  args = password=${dovecotPassword}
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${directory}/mail/%u allow_all_users=yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
${namespace.publicPrefix === undefined ? "" : publicConfig(directory, namespace.separator, namespace.publicPrefix)}${namespace.maxMails === undefined ? "" : quotaConfig(namespace.maxMails)}namespace inbox {
  inbox = yes
  separator = ${namespace.separator}
  prefix = ${namespace.prefix}
}
`;
}

/** Before the other passdb, which would take anything for a password. */
function tokenLogin(directory: string): string {
  return `auth_mechanisms = plain login oauthbearer xoauth2
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = ${directory}/oauth2.conf
}
`;
}

/** The user is who the token says (its \`sub\`), not who the client says. */
export function dovecotTokenConfig(introspectionUrl: string): string {
  return `introspection_mode = post
introspection_url = ${introspectionUrl}
username_attribute = sub
active_attribute = active
active_value = true
`;
}

function quotaConfig(maxMails: number): string {
  return `mail_plugins = quota
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:messages=${maxMails}
}
`;
}

function publicConfig(directory: string, separator: string, prefix: string): string {
  return `namespace public {
  type = public
  separator = ${separator}
  prefix = ${prefix}
  location = maildir:${directory}/mail/public
  subscriptions = no
}
`;
}
